"""The event loop: how late it is, and where work goes that would hold it up."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, ParamSpec, TypeVar

from chassis.telemetry import LOOP_LAG

LARGE = 256 * 1024
"""Bytes that take a few milliseconds to read; ten times as many would be felt by everybody else."""

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
