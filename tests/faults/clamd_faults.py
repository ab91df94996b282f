"""A clamd that can be made to fail: the real one behind a listener that passes on, cuts off, or answers falsely."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Literal, Self
from urllib.parse import urlsplit

Fault = Literal["none", "down", "frozen", "cut off", "empty", "error", "almost", "stale"]

_FALSE = {
    "empty": b"",
    "error": b"stream: Can't allocate memory ERROR\0",
    "almost": b"stream: OK\n\0",
}


@dataclass
class FaultyClamd:
    """`fault` says what happens to the next connection; `url` is where the service finds it."""

    real: str
    fault: Fault = "none"
    port: int = 0

    @classmethod
    @asynccontextmanager
    async def before(cls, real: str, fault: Fault = "none") -> AsyncIterator[Self]:
        made = cls(real, fault)
        server = await asyncio.start_server(made._serve, "127.0.0.1", 0)
        made.port = server.sockets[0].getsockname()[1]
        try:
            yield made
        finally:
            server.close()

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._answer(reader, writer)
        finally:
            writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = self.fault
        if fault == "down":
            return
        command = await reader.readuntil(b"\0")
        content = b""
        if command == b"zINSTREAM\0":
            if fault == "cut off":
                await reader.readexactly(10)
                return
            content = await _stream(reader)
        if fault == "frozen":
            with suppress(TimeoutError):
                await asyncio.wait_for(reader.read(), 30)
        elif fault == "stale" and command == b"zVERSION\0":
            writer.write(b"ClamAV 1.4.6/27000/Thu Jan 1 00:00:00 2026\0")
        elif fault in _FALSE and command == b"zINSTREAM\0":
            writer.write(_FALSE[fault])
        else:
            writer.write(await self._pass_on(command + content))
        await writer.drain()

    async def _pass_on(self, said: bytes) -> bytes:
        address = urlsplit(self.real)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        try:
            writer.write(said)
            return await reader.read()
        finally:
            writer.close()


async def _stream(reader: asyncio.StreamReader) -> bytes:
    """What was streamed, in its own framing."""
    taken = b""
    while size := int.from_bytes(head := await reader.readexactly(4), "big"):
        taken += head + await reader.readexactly(size)
    return taken + b"\0\0\0\0"
