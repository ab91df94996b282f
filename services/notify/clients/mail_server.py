"""The mail server: kept connections, bounded waits, and every answer as one of three outcomes."""

import asyncio
import re
import time
from datetime import datetime
from urllib.parse import parse_qs, unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from chassis.telemetry import log
from services.notify.clients.outcomes import SEND_SECONDS, Away, Bounced, Deferred
from services.notify.model import EmailMessage, FailurePage

_FRESH_SECONDS = 5
_CHECK_SECONDS = 2
_CLOSING = 421
_PERMANENT = 500
_ENHANCED = re.compile(r"^\d\.\d{1,3}\.\d{1,3}\b")


class MailServer:
    """A few connections, each used by one email at a time and kept for the next."""

    def __init__(self, url: str, *, needs_tls: bool = False) -> None:
        parts = urlsplit(url)
        self._hostname, self._port = parts.hostname or "", parts.port
        self._is_tls = parts.scheme == "smtps"
        self._ca_file = parse_qs(parts.query).get("cafile", [None])[0]
        needs_tls = needs_tls or self._ca_file is not None
        self._starts_tls = True if needs_tls and not self._is_tls else None
        self._username = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._idle: list[tuple[SMTP, float]] = []
        self.is_away = False
        """Nothing is worth sending before `probe` has found the server again."""

    async def send(self, mail: EmailMessage) -> None:
        """Returns when the server has taken the email; raises Bounced, Deferred or Away."""
        client: SMTP | None = None
        is_usable = False
        try:
            async with asyncio.timeout(SEND_SECONDS):
                client = await self._connected()
                await client.sendmail(mail.sender, [mail.recipient], mail.content)
            is_usable = True
        except (SMTPException, OSError) as error:
            outcome = _outcome(error, has_connected=client is not None)
            is_usable = not isinstance(error, OSError) and not isinstance(outcome, Away)
            self._note(outcome)
            raise outcome from error
        finally:
            self._put_back(client, is_usable=is_usable)

    async def later_failures(self, _: datetime, __: str = "", /) -> FailurePage:
        """None: it reports to the envelope's sender (ADR 0048)."""
        return FailurePage([])

    async def probe(self) -> None:
        """Looks whether the server is there again, and keeps the connection if so."""
        try:
            async with asyncio.timeout(SEND_SECONDS):
                self._put_back(await self._connected(), is_usable=True)
        except (SMTPException, OSError):
            return
        self.is_away = False
        log.info("mail server back")

    async def close(self) -> None:
        """Lets go of the kept connections."""
        while self._idle:
            self._idle.pop()[0].close()

    async def _connected(self) -> SMTP:
        while self._idle:
            client, used_at = self._idle.pop()
            if time.monotonic() - used_at < _FRESH_SECONDS or await _answers(client):
                return client
            client.close()
        client = SMTP(
            hostname=self._hostname,
            port=self._port,
            username=self._username,
            password=self._password,
            use_tls=self._is_tls,
            start_tls=self._starts_tls,
            cert_bundle=self._ca_file,
            timeout=SEND_SECONDS,
        )
        await client.connect()
        return client

    def _put_back(self, client: SMTP | None, *, is_usable: bool) -> None:
        if client is None:
            return
        if is_usable and client.is_connected:
            self._idle.append((client, time.monotonic()))
        else:
            client.close()

    def _note(self, outcome: Exception) -> None:
        if isinstance(outcome, Away) and not self.is_away:
            self.is_away = True
            log.warning("mail server away", why=str(outcome))


async def _answers(client: SMTP) -> bool:
    try:
        await client.noop(timeout=_CHECK_SECONDS)
    except (SMTPException, OSError):
        return False
    return True


def _outcome(error: SMTPException | OSError, *, has_connected: bool) -> Bounced | Deferred | Away:
    """What a failure means. A refused sender is our own fault, not the address's: it may be mended and sent."""
    if not has_connected:
        return Away(type(error).__name__)
    if isinstance(error, SMTPRecipientsRefused):
        return _answered(error.recipients[0].code, error.recipients[0].message)
    if isinstance(error, SMTPSenderRefused):
        return Deferred(f"sender refused: {error.code}")
    if isinstance(error, SMTPResponseException):
        return _answered(error.code, error.message)
    return Deferred(type(error).__name__)


def _answered(code: int, text: str) -> Bounced | Deferred | Away:
    """By the answer's code. Its words may name the address, so only the numbers are kept."""
    enhanced = _ENHANCED.match(text)
    numbers = f"{code} {enhanced[0]}" if enhanced else str(code)
    if code == _CLOSING:
        return Away(numbers)
    return Bounced(numbers) if code >= _PERMANENT else Deferred(numbers)
