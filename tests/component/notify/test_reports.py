"""What a mail server took and could not deliver: its report comes by SMTP, and is believed by its address alone."""

import asyncio
import smtplib
import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import Any

import pytest

from services.notify.app import build_app
from services.notify.model import read_address
from services.notify.report_door import _MOST_AT_ONCE, _MOST_BYTES
from tests.component.notify.catcher import free_port
from tests.component.notify.harness import Notify, address, opened
from tests.support.eventually import eventually
from tests.support.service import running
from tests.unit.notify.test_delivery_report import report

DOMAIN = "reports.portal.example"
FAILED = "portal.delivery.failed.v1"
TOLD = "notify.email.failed.v1"
NO_MAILBOX = report("Final-Recipient: rfc822; somebody\nAction: failed\nStatus: 5.1.1")


class Door:
    """Where reports come, and a mail server that brings them."""

    def __init__(self, notify: Notify, port: int) -> None:
        self.notify, self.port = notify, port

    def server(self) -> smtplib.SMTP:
        return smtplib.SMTP("127.0.0.1", self.port, timeout=20)

    async def brings(self, content: bytes, to: str, *, times: int = 1) -> int:
        """The last answer to so many of these."""
        return await asyncio.to_thread(self._brings, content, to, times)

    def _brings(self, content: bytes, to: str, times: int) -> int:
        with self.server() as server:
            for _ in range(times):
                server.ehlo()
                server.mail("")
                code, _ = server.rcpt(to)
                if code == 250:
                    code, _ = server.data(content.replace(b"\n", b"\r\n"))
        return code

    async def emailed(self) -> tuple[dict[str, Any], str, str]:
        """A form was delegated to somebody, and they were told: the event, their address, whose report comes where."""
        event = opened(person := address())
        await self.notify.hears(event)
        (email,) = await self.notify.mail_to(person)
        await self.notify.all_in("sent", await self.notify.deliveries.count_documents({}))
        return event.model_dump(), person, str(email["ReturnPath"])


@pytest.fixture
async def door(stopped: Notify) -> AsyncIterator[Door]:
    port = free_port()
    settings = stopped.settings.model_copy(update={"report_domain": DOMAIN, "report_port": port})
    async with running(build_app(settings)):
        yield Door(stopped, port)


async def test_an_email_that_could_not_be_delivered_after_all_is_told_once(door: Door) -> None:
    event, person, report_to = await door.emailed()
    kept = await door.notify.deliveries.find_one({"delegation_id": event["delegation_id"]})
    assert kept is not None
    about = read_address(report_to, DOMAIN)
    assert about is not None
    assert about.delivery_id == kept["_id"]
    assert not {text for text in (person, about.token) if text in str(kept)}
    assert await door.brings(report("Action: delayed\nStatus: 4.4.1"), report_to) == 250
    assert await door.brings(b"Auto-Submitted: auto-replied\n\nI am on leave.", report_to) == 250
    assert await door.brings(NO_MAILBOX, report_to, times=3) == 250
    told = await door.notify.recorder.expect(FAILED, delegation_id=event["delegation_id"])
    assert (told["reason"], told["purpose"]) == ("reported by a mail server: 5.1.1", "delegation")
    heard = await door.notify.recorder.expect(TOLD, delegation_id=event["delegation_id"])
    assert heard["person"]["email"] == person
    assert len(door.notify.recorder.of(FAILED, delegation_id=event["delegation_id"])) == 1
    kept = await door.notify.deliveries.find_one({"_id": kept["_id"]})
    assert kept is not None
    assert (kept["state"], kept.get("person")) == ("failed", None)


async def test_a_report_is_believed_by_nothing_but_its_address(door: Door) -> None:
    event, _, report_to = await door.emailed()
    local = report_to.partition("@")[0]
    wrong = local[:-1] + ("0" if local[-1] != "0" else "1")
    assert await door.brings(NO_MAILBOX, f"{wrong}@{DOMAIN}") == 250, "a guess learns nothing"
    for stranger in (f"{local}@portal.example", f"postmaster@{DOMAIN}", f"{local[:36]}@{DOMAIN}"):
        assert await door.brings(NO_MAILBOX, stranger) == 550

    def asks_twice() -> tuple[int, int]:
        with door.server() as server:
            server.ehlo()
            server.mail("")
            return server.rcpt(report_to)[0], server.rcpt(report_to)[0]

    assert await asyncio.to_thread(asks_twice) == (250, 550)
    other, _, other_to = await door.emailed()
    assert await door.brings(NO_MAILBOX, other_to) == 250
    await door.notify.recorder.expect(FAILED, delegation_id=other["delegation_id"])
    assert not door.notify.recorder.of(FAILED, delegation_id=event["delegation_id"])


async def test_whatever_is_brought_the_door_stays_open(door: Door) -> None:
    event, _, report_to = await door.emailed()
    assert await door.brings((b"x" * 70 + b"\n") * (_MOST_BYTES // 72 + 1), report_to) == 552
    nested = (
        b"Content-Type: multipart/report; boundary=b\n\n" + b"--b\nContent-Type: multipart/mixed; boundary=b\n\n" * 1500
    )
    for hostile in (nested, b"\x00\xff" * 400, b"Content-Type: multipart/report; boundary=\n\n--\n"):
        assert await door.brings(hostile, report_to) == 250

    def crowd() -> tuple[bytes, bytes]:
        with ExitStack() as stack:
            for _ in range(_MOST_AT_ONCE):
                stack.enter_context(socket.create_connection(("127.0.0.1", door.port), timeout=20)).recv(100)
            one_more = stack.enter_context(socket.create_connection(("127.0.0.1", door.port), timeout=20))
            return one_more.recv(100), one_more.recv(100)

    assert await asyncio.to_thread(crowd) == (b"421 4.3.2 Too many connections\r\n", b"")

    async def is_taken() -> bool:
        return await door.brings(NO_MAILBOX, report_to) == 250

    await eventually(is_taken)
    await door.notify.recorder.expect(FAILED, delegation_id=event["delegation_id"])


async def test_a_report_that_comes_before_the_mark_is_asked_for_again(door: Door) -> None:
    event, _, report_to = await door.emailed()
    mine = {"delegation_id": event["delegation_id"]}
    later = {"state": "queued", "next_at": event["opened_at"].replace(year=2100)}
    await door.notify.deliveries.update_one(mine, {"$set": later})
    assert await door.brings(NO_MAILBOX, report_to) == 451
    await door.notify.deliveries.update_one(mine, {"$set": {"state": "sent"}})
    assert await door.brings(NO_MAILBOX, report_to) == 250
    await door.notify.recorder.expect(FAILED, **mine)


async def test_without_a_domain_reports_go_to_whom_the_email_was_from(notify: Notify) -> None:
    await notify.hears(opened(person := address()))
    (email,) = await notify.mail_to(person)
    assert email["ReturnPath"] == email["From"]["Address"]
