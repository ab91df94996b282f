"""The pool of warm child processes that inspect files (`checks.nursery`). No rule of its own."""

import asyncio
import json
from asyncio.subprocess import Process

from chassis import children
from services.files.model.refusal import Code, Unacceptable

SECONDS = 40.0
"""More than the child's own limit, which normally ends it first: a new child's imports count here too."""

_NURSERY = "services.files.checks.nursery"


class Inspector:
    """Up to `most` children, the first started ahead of need; one that fails a job is ended and replaced."""

    def __init__(self, most: int = 2) -> None:
        self._room = asyncio.Semaphore(most)
        self._idle: list[Process] = []

    async def start(self) -> None:
        """Warms the first child, so that the first person of the day does not wait for its imports."""
        self._idle.append(await children.start(_NURSERY))

    async def stop(self) -> None:
        """Ends the children that are idle; a working one ends when its job does."""
        while self._idle:
            await _end(self._idle.pop())

    async def inspect(self, extension: str, content: bytes) -> bytes:
        """The bytes to keep, which are those of the file itself or a clean copy. Raises `Unacceptable`."""
        async with self._room:
            child = self._idle.pop() if self._idle else await children.start(_NURSERY)
            try:
                async with asyncio.timeout(SECONDS):
                    code, kept = await _job(child, extension, content)
            except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError) as fault:
                await _end(child)
                raise Unacceptable(Code.NOT_UPLOADED) from fault
            except asyncio.CancelledError:
                await _end(child)
                raise
            self._idle.append(child)
        if code is not None:
            raise Unacceptable(Code(code))
        return kept or content


async def _end(child: Process) -> None:
    if child.returncode is None:
        child.kill()
    await child.wait()


async def _job(child: Process, extension: str, content: bytes) -> tuple[str | None, bytes]:
    if child.stdin is None or child.stdout is None:
        raise ValueError("the child has no pipes")
    child.stdin.write(json.dumps({"extension": extension, "size": len(content)}).encode() + b"\n" + content)
    await child.stdin.drain()
    answer = json.loads(await child.stdout.readline())
    return answer["code"], await child.stdout.readexactly(answer["size"])
