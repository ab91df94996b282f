"""How an event loop goes on while something is done, and which thread did it."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from chassis import loop

_EVERY_SECONDS = 0.001


@dataclass
class Ticks:
    """How often the loop came round, how late at most; `left` are the watched functions that were done beside it."""

    number: int = 0
    longest: float = 0.0
    left: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    """The watched functions that were done in it, and held it up."""

    def watch(self, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
        """From now on it is noted where this function is done."""
        does: Callable[..., Any] = getattr(owner, name)

        def watched(*given: Any, **named: Any) -> Any:
            (self.left if threading.current_thread().name.startswith("large") else self.held).add(name)
            return does(*given, **named)

        monkeypatch.setattr(owner, name, watched)

    @property
    def figures(self) -> dict[str, object]:
        """For the measures of a run."""
        return {"ticks": self.number, "loop_late_at_most_ms": round(self.longest * 1000), "left": len(self.left)}


@asynccontextmanager
async def ticking() -> AsyncIterator[Ticks]:
    """Counts until what is inside is done."""
    ticks = Ticks()
    async with loop.beside(_count(ticks)):
        yield ticks


async def _count(ticks: Ticks) -> None:
    clock = asyncio.get_running_loop()
    while True:
        due = clock.time() + _EVERY_SECONDS
        await asyncio.sleep(_EVERY_SECONDS)
        ticks.number += 1
        ticks.longest = max(ticks.longest, clock.time() - due)
