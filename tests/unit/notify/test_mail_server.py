"""An email leaves over TLS, or in production not at all."""

import ssl
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from commands.parts.mailbox.smtp import Refusals, listen
from commands.parts.mailbox.store import Mailbox
from commands.parts.ports import pick
from deploy.certificates.prepare import prepare
from services.notify.clients import Away, Bounced, Deferred, MailServer
from services.notify.model.email_message import EmailMessage

MAIL = EmailMessage("a@portal.example", "b@school.example", b"Subject: hello\r\n\r\nhello")


class Relay:
    """A relay that offers no TLS, and counts what it was given all the same."""

    taken = 0

    async def handle_DATA(self, *_: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.taken += 1
        return "250 OK"


@pytest.fixture
def relay() -> Iterator[tuple[Relay, str]]:
    relay = Relay()
    controller = Controller(relay, hostname="127.0.0.1", port=pick(["relay"], {})["relay"])
    controller.start()
    yield relay, f"smtp://127.0.0.1:{controller.port}"
    controller.stop()


async def test_in_production_a_relay_without_tls_gets_no_email(relay: tuple[Relay, str]) -> None:
    handler, url = relay
    server = MailServer(url, needs_tls=True)
    with pytest.raises((Away, Bounced, Deferred)):
        await server.send(MAIL)
    await server.close()
    assert handler.taken == 0


async def test_on_a_laptop_it_does(relay: tuple[Relay, str]) -> None:
    handler, url = relay
    server = MailServer(url)
    await server.send(MAIL)
    await server.close()
    assert handler.taken == 1


@pytest.mark.parametrize(("whose", "taken"), [("ours", 1), ("another", 0)])
async def test_a_server_of_another_ca_gets_no_email(tmp_path: Path, whose: str, taken: int) -> None:
    for ca in ("ours", "another"):
        prepare(tmp_path / ca, ["mailpit"], datetime.now(UTC))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(tmp_path / "ours/mailpit/server.pem")
    mailbox = Mailbox(tmp_path / "mail.sqlite", 10)
    catcher = await listen(mailbox, Refusals(), "127.0.0.1", 0, tls)
    async with catcher:
        port = catcher.sockets[0].getsockname()[1]
        server = MailServer(f"smtp://localhost:{port}?cafile={tmp_path / whose / 'ca/ca.pem'}")
        with nullcontext() if taken else pytest.raises(Away):
            await server.send(MAIL)
        await server.close()
    assert mailbox.page(0, 10)["total"] == taken


async def test_a_relay_without_tls_gets_no_email_where_a_ca_is_named(tmp_path: Path, relay: tuple[Relay, str]) -> None:
    handler, url = relay
    prepare(tmp_path, [], datetime.now(UTC))
    server = MailServer(f"{url}?cafile={tmp_path / 'ca/ca.pem'}")
    with pytest.raises((Away, Bounced, Deferred)):
        await server.send(MAIL)
    await server.close()
    assert handler.taken == 0
