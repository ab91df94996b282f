"""The event loop: how late it is, and where work goes that would hold it up."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, ParamSpec, TypeVar

from pydantic import BaseModel

from chassis.telemetry import LOOP_LAG

LARGE = 256 * 1024
"""Bytes that take a few milliseconds to read; ten times as many would be felt by everybody else."""

_PART = 128
"""What goes through many small parts takes longer by each of them, as if it had these bytes more."""
_EVERY_SECONDS = 0.1
_WORKER = ThreadPoolExecutor(1, "large")
"""One at a time: the work holds the interpreter for most of its time, and takes a multiple of its bytes."""

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


async def work(
    size: int, does: Callable[Arguments, Result], *given: Arguments.args, **named: Arguments.kwargs
) -> Result:
    """What `does` gives; where it works on much, the event loop goes on meanwhile."""
    if size <= LARGE:
        return does(*given, **named)
    return await asyncio.get_running_loop().run_in_executor(_WORKER, lambda: does(*given, **named))


def weight(value: Any) -> int:
    """How many bytes a value is as much work as that has been read already; nothing is counted beyond LARGE."""
    parts, total = [value], 0
    while parts and total <= LARGE:
        part = parts.pop()
        if isinstance(part, str | bytes):
            total += len(part)
            continue
        inside = _inside(part)
        total += _PART * len(inside)
        parts.extend(inside)
    return total


def _inside(part: Any) -> list[Any]:
    if isinstance(part, BaseModel):
        return list(vars(part).values())
    if isinstance(part, Mapping):
        return list(part.values())
    return list(part) if isinstance(part, list | tuple) else []


@asynccontextmanager
async def beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Runs the work beside what is inside, and ends it there."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def watched() -> AbstractAsyncContextManager[None]:
    """Measures how late the loop comes to what is due, for as long as the process serves."""
    return beside(_watch())


async def _watch() -> None:
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + _EVERY_SECONDS
        await asyncio.sleep(_EVERY_SECONDS)
        LOOP_LAG.observe(max(0.0, loop.time() - due))
