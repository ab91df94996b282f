"""An email leaves over TLS, or in production not at all."""

from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from commands.parts.ports import pick
from services.notify.clients import Away, Bounced, Deferred, MailServer
from services.notify.model.mail import Mail

MAIL = Mail("a@portal.example", "b@school.example", b"Subject: hello\r\n\r\nhello")


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
    server.close()
    assert handler.taken == 0


async def test_on_a_laptop_it_does(relay: tuple[Relay, str]) -> None:
    handler, url = relay
    server = MailServer(url)
    await server.send(MAIL)
    server.close()
    assert handler.taken == 1
