"""Joins documents in a child process: what `joining` does would hold up everybody else's requests in this one."""

import asyncio
from collections.abc import Sequence

from chassis import children
from chassis.errors import Unavailable
from chassis.telemetry import log
from services.forms.joining import sent

SECONDS = 60.0
"""Waiting for one's turn counts."""


class Binder:
    """One child at a time, so that however many print at once the machine has room for the rest."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(1)

    async def bind(self, documents: Sequence[bytes]) -> bytes:
        """The documents as one (`joining.join`); Unavailable where that takes too long."""
        try:
            async with asyncio.timeout(SECONDS), self._turn:
                return await _in_a_child(documents)
        except TimeoutError as late:
            raise Unavailable("printing_busy", "Very many forms are being printed now.", retry_after=60) from late


async def _in_a_child(documents: Sequence[bytes]) -> bytes:
    child = await children.start("services.forms.joining")
    try:
        joined, _ = await child.communicate(sent(documents))
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0:
        log.error("documents were not joined", documents=len(documents), status=child.returncode)
        raise Unavailable("not_joined", "The forms could not be put together.", retry_after=60)
    return joined
