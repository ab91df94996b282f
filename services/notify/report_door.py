"""The door for reports of what could not be delivered: SMTP, for nobody else. Keeps and answers nothing itself.

It takes an email only at the address that one of our own had for its sender.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from chassis.context import entered, of_service
from chassis.database import DatabaseError
from chassis.errors import TryLater
from chassis.telemetry import log
from services.notify.model import failure_in, read_address
from services.notify.settings import Settings
from services.notify.usecases import NotifyService, note_report

_MOST_BYTES = 131_072
_MOST_AT_ONCE = 20
_PATIENCE_SECONDS = 30
_TAKEN = "250 2.0.0 Taken"
_UNKNOWN = "550 5.1.1 No such address"
_LATER = "451 4.3.0 Try again later"


class ReportDoor:
    """What is said to a mail server. Its addresses are all there is to know: who asks for another learns nothing."""

    def __init__(self, service: NotifyService) -> None:
        self._service = service

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        """One of our addresses, one an email."""
        if envelope.rcpt_tos or read_address(address, self._service.report_domain) is None:
            return _UNKNOWN
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_exception(self, error: Exception) -> str:
        """What went wrong here is no business of whoever asks."""
        log.error("report door failed", exc_info=error)
        return _LATER

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd calls it so
        """The report; it is taken once it is written down what it says."""
        about = read_address(envelope.rcpt_tos[0], self._service.report_domain)
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        if about is None:
            return _UNKNOWN
        try:
            status = await asyncio.to_thread(failure_in, content)
        except Exception as error:  # noqa: BLE001 - whatever is in it, it came from outside
            log.warning("report not understood", delivery_id=about.delivery_id, error=type(error).__name__)
            return _TAKEN
        if status is None:
            return _TAKEN
        try:
            with entered(of_service("notify")):
                await note_report(self._service, about, status)
        except (DatabaseError, TryLater):
            return _LATER
        return _TAKEN


class _Connection(SMTP):
    """One of a few at a time; the others are told to come later."""

    def __init__(self, door: ReportDoor, domain: str, open_now: set["_Connection"]) -> None:
        super().__init__(
            door,
            data_size_limit=_MOST_BYTES,
            hostname=domain,
            ident="reports",
            timeout=_PATIENCE_SECONDS,
            loop=asyncio.get_running_loop(),
        )
        self._open_now = open_now

    def connection_made(self, transport: Any) -> None:
        if len(self._open_now) >= _MOST_AT_ONCE:
            transport.write(b"421 4.3.2 Too many connections\r\n")
            transport.close()
            return
        self._open_now.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self in self._open_now:
            self._open_now.discard(self)
            super().connection_lost(error)


@asynccontextmanager
async def report_door(service: NotifyService, settings: Settings) -> AsyncIterator[None]:
    """Open while the service runs; for settings that name a domain."""
    make = partial(_Connection, ReportDoor(service), settings.report_domain, set())
    server = await asyncio.get_running_loop().create_server(make, settings.report_host, settings.report_port)
    async with server:
        yield
