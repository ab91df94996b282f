"""The virus scanner: clamd's INSTREAM over TCP. Anything but its two exact answers counts as not scanned."""

import asyncio
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from services.files.model.scan import Verdict

CONNECT_SECONDS = 1.0
SCAN_SECONDS = 60.0
ASK_SECONDS = 2.0
PIECE = 256 * 1024
LONGEST_ANSWER = 4096

_FOUND = re.compile(rb"stream: (\S[^\0\n]*) FOUND\0")
_DATE = "%a %b %d %H:%M:%S %Y"


@dataclass(frozen=True)
class Scanner:
    """A clamd. Signatures older than `signatures_max_age` are as good as none; a database without a date has no age."""

    url: str
    signatures_max_age: timedelta = timedelta(days=7)

    async def scan(self, content: bytes, at: datetime) -> Verdict:
        """What clamd says of these bytes; a clamd that does not say it in its own exact words has said nothing."""
        try:
            if not await self._has_fresh_signatures(at):
                return Verdict.NOT_SCANNED
            async with asyncio.timeout(SCAN_SECONDS):
                return _verdict(await self._ask(b"zINSTREAM\0", content))
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return Verdict.NOT_SCANNED

    async def is_ready(self, at: datetime) -> bool:
        """Whether a scan has a chance: clamd answers and its signatures are fresh."""
        try:
            return await self._has_fresh_signatures(at)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return False

    async def signatures_at(self) -> datetime | None:
        """The date of clamd's database; none for a database of one's own, which has no date."""
        async with asyncio.timeout(ASK_SECONDS):
            return _signatures_at(await self._ask(b"zVERSION\0"))

    async def _has_fresh_signatures(self, at: datetime) -> bool:
        dated = await self.signatures_at()
        return dated is None or at - dated <= self.signatures_max_age

    async def _ask(self, command: bytes, content: bytes | None = None) -> bytes:
        address = urlsplit(self.url)
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=LONGEST_ANSWER)
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
