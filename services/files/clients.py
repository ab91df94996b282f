"""The virus scanner: clamd's INSTREAM over TCP. Anything but its two exact answers counts as not scanned."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from time import monotonic
from urllib.parse import urlsplit

from chassis.telemetry import log
from services.files.model.scan import Verdict

CONNECT_SECONDS = 1.0
SCAN_SECONDS = 60.0
PROBE_SECONDS = 2.0
PROBE_EVERY_SECONDS = 3.0
PIECE = 256 * 1024
LONGEST_ANSWER = 4096

_AWAY = (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError)
"""How an answer fails to come."""

_FOUND = re.compile(rb"stream: (\S[^\0\n]*) FOUND\0")
_DATE = "%a %b %d %H:%M:%S %Y"


class Scanner:
    """A clamd. Signatures older than `signatures_max_age` are as good as none; a database without a date has no age.

    Whether it is there at all is asked every few seconds at most, so that one that hangs does not hold up every upload.
    """

    def __init__(self, url: str, signatures_max_age: timedelta = timedelta(days=7)) -> None:
        self._address = urlsplit(url)
        self._signatures_max_age = signatures_max_age
        self._probing = asyncio.Lock()
        self._probed_at = -PROBE_EVERY_SECONDS
        self._is_ready = False

    async def scan(self, content: bytes, at: datetime) -> Verdict:
        """What clamd says of these bytes; a clamd that does not say it in its own exact words has said nothing."""
        if not await self.is_ready(at):
            return Verdict.NOT_SCANNED
        try:
            async with asyncio.timeout(SCAN_SECONDS):
                return _verdict(await self._ask(b"zINSTREAM\0", content))
        except _AWAY:
            self._note(is_ready=False)
            return Verdict.NOT_SCANNED
        except asyncio.CancelledError:  # the caller waits no longer
            self._note(is_ready=False)
            raise

    async def is_ready(self, at: datetime) -> bool:
        """Whether a scan has a chance: clamd answers, and its signatures are fresh."""
        async with self._probing:
            if monotonic() - self._probed_at >= PROBE_EVERY_SECONDS:
                self._note(is_ready=await self._probe(at))
            return self._is_ready

    def _note(self, *, is_ready: bool) -> None:
        if is_ready != self._is_ready:
            log.warning("virus scanner", is_ready=is_ready)
        self._probed_at, self._is_ready = monotonic(), is_ready

    async def _probe(self, at: datetime) -> bool:
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                dated = _signatures_at(await self._ask(b"zVERSION\0"))
        except _AWAY:
            return False
        is_fresh = dated is None or at - dated <= self._signatures_max_age
        if not is_fresh:
            log.error("virus signatures too old", dated=str(dated))
        return is_fresh

    async def _ask(self, command: bytes, content: bytes | None = None) -> bytes:
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(
                self._address.hostname, self._address.port, limit=LONGEST_ANSWER
            )
        try:
            writer.write(command)
            for start in range(0, len(content or b""), PIECE):
                piece = memoryview(content or b"")[start : start + PIECE]
                writer.write(len(piece).to_bytes(4, "big"))
                writer.write(piece)
                await writer.drain()
            if content is not None:
                writer.write(b"\0\0\0\0")
                await writer.drain()
            return await reader.readuntil(b"\0")
        finally:
            writer.transport.abort()


def _verdict(answer: bytes) -> Verdict:
    if answer == b"stream: OK\0":
        return Verdict.CLEAN
    found = _FOUND.fullmatch(answer)
    if found is None:
        return Verdict.NOT_SCANNED
    is_locked = found[1].startswith(b"Heuristics.Encrypted.")
    return Verdict.PASSWORD_PROTECTED if is_locked else Verdict.INFECTED


def _signatures_at(answer: bytes) -> datetime | None:
    """The last part of "ClamAV 1.4.6/27000/Sat Nov 21 09:00:00 2026"; an answer without a date has none."""
    if not answer.startswith(b"ClamAV "):
        raise ConnectionError("not clamd's answer")
    parts = answer.rstrip(b"\0").decode("ascii", "replace").split("/", 2)
    if len(parts) < 3:  # noqa: PLR2004 - engine, number, date
        return None
    try:
        return datetime.strptime(parts[2], _DATE).replace(tzinfo=UTC)
    except ValueError as unreadable:
        raise ConnectionError("clamd's date cannot be read") from unreadable
