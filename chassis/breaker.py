"""The circuit breaker of one queue: after failures in a row, one delivery at a time, until one succeeds.

A failure is what something that the work needs has not done. A bug, or data that nothing can be done with, is none: it
would hold back whoever comes after it.
"""

import asyncio
from collections.abc import Awaitable, Callable

from chassis.errors import DATABASE_AWAY

_FAULTS = (*DATABASE_AWAY, OSError)
"""TimeoutError and ConnectionError are OSErrors."""
_LIMIT = 10
_PAUSE_SECONDS = 1.0


class Breaker:
    """Holds deliveries back while the work keeps failing, so that an outage does not empty a queue into its retries."""

    def __init__(self) -> None:
        self._failures = 0
        self._probe = asyncio.Lock()

    async def run(self, work: Callable[[], Awaitable[None]]) -> None:
        """Runs the work; while open, as the only one and after a pause."""
        if self._failures < _LIMIT:
            await self._try(work)
            return
        async with self._probe:
            if self._failures >= _LIMIT:
                await asyncio.sleep(_PAUSE_SECONDS)
            await self._try(work)

    async def _try(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except _FAULTS:
            self._failures += 1
            raise
        except Exception:
            self._failures = 0
            raise
        self._failures = 0
