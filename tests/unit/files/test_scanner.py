"""What counts as clamd's answer, by a listener that gives any; the real one is asked in tests/component/files."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from services.files.clients import Scanner
from services.files.model.scan import Verdict

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
FRESH = b"ClamAV 1.4.6/27000/Fri Nov 20 09:00:00 2026\0"

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listener(version: bytes, answer: bytes) -> AsyncIterator[Scanner]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        command = await reader.readuntil(b"\0")
        if command == b"zINSTREAM\0":
            while size := int.from_bytes(await reader.readexactly(4), "big"):
                await reader.readexactly(size)
        writer.write(version if command == b"zVERSION\0" else answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield Scanner(f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}", timedelta(days=7))


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (b"stream: OK\0", Verdict.CLEAN),
        (b"stream: Eicar-Test-Signature FOUND\0", Verdict.INFECTED),
        (b"stream: Heuristics.Limits.Exceeded.MaxRecursion FOUND\0", Verdict.INFECTED),
        (b"stream: Heuristics.Encrypted.PDF FOUND\0", Verdict.PASSWORD_PROTECTED),
        (b"INSTREAM size limit exceeded. ERROR\0", Verdict.NOT_SCANNED),
        (b"stream: Can't allocate memory ERROR\0", Verdict.NOT_SCANNED),
        (b"stream: OK", Verdict.NOT_SCANNED),
        (b"stream: OK\n", Verdict.NOT_SCANNED),
        (b"stream: OK FOUND\0", Verdict.INFECTED),
        (b" stream: OK\0", Verdict.NOT_SCANNED),
        (b"Stream: OK\0", Verdict.NOT_SCANNED),
        (b"OK\0", Verdict.NOT_SCANNED),
        (b"\0", Verdict.NOT_SCANNED),
        (b"", Verdict.NOT_SCANNED),
        (b"stream: " + b"x" * 10_000 + b" FOUND\0", Verdict.NOT_SCANNED),
    ],
)
async def test_only_the_exact_answer_is_clean(answer: bytes, verdict: Verdict) -> None:
    async with listener(FRESH, answer) as scanner:
        assert await scanner.scan(b"content" * 100_000, AT) is verdict


@pytest.mark.parametrize(
    ("version", "ready"),
    [
        (FRESH, True),
        (b"ClamAV 1.4.6\0", True),
        (b"ClamAV 1.4.6/27000/Fri Nov 13 09:00:00 2026\0", False),
        (b"ClamAV 1.4.6/27000/yesterday\0", False),
        (b"somebody else\0", False),
        (b"", False),
    ],
)
async def test_signatures_must_be_fresh_where_they_have_a_date(version: bytes, *, ready: bool) -> None:
    async with listener(version, b"stream: OK\0") as scanner:
        assert await scanner.is_ready(AT) is ready
        assert (await scanner.scan(b"content", AT) is Verdict.CLEAN) is ready


async def test_nobody_listening_is_not_scanned() -> None:
    async with listener(FRESH, b"") as scanner:
        gone = scanner
    assert await gone.scan(b"content", AT) is Verdict.NOT_SCANNED
