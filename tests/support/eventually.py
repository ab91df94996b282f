"""Waiting for what will be true: no test sleeps for a guess."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")

WITHIN_SECONDS = 45.0
"""Patience for a busy machine; what is true is seen at once, and only what never comes takes so long."""
_EVERY_SECONDS = 0.05


@overload
async def eventually(
    check: Callable[[], Awaitable[T | None]], *, within: float = WITHIN_SECONDS, every: float = _EVERY_SECONDS
) -> T: ...


@overload
async def eventually(
    check: Callable[[], T | None], *, within: float = WITHIN_SECONDS, every: float = _EVERY_SECONDS
) -> T: ...


async def eventually(check: Callable[[], Any], *, within: float = WITHIN_SECONDS, every: float = _EVERY_SECONDS) -> Any:
    """Ask again until the answer is true, and return it; the last answer (or error) is in the failure.

    What costs much to ask is asked less often: `every` so many seconds.
    """
    until = time.monotonic() + within
    while True:
        answer, told = await _ask(check)
        if answer:
            return answer
        if time.monotonic() > until:
            raise AssertionError(f"not true within {within} s; last: {told}")
        await asyncio.sleep(every)


async def stays(check: Callable[[], bool], *, seconds: float = 2.5) -> bool:
    """Whether it is true for a while: for what must not happen, where a loop looks every second."""
    until = time.monotonic() + seconds
    while check():
        if time.monotonic() > until:
            return True
        await asyncio.sleep(_EVERY_SECONDS)
    return False


def wait_until(check: Callable[[], T | None], *, within: float = WITHIN_SECONDS) -> T:
    """The same for a test that is not a coroutine."""
    until = time.monotonic() + within
    while True:
        try:
            answer, told = check(), ""
        except (AssertionError, LookupError, OSError) as error:
            answer, told = None, repr(error)
        if answer:
            return answer
        if time.monotonic() > until:
            raise AssertionError(f"not true within {within} s; last: {told or repr(answer)}")
        time.sleep(_EVERY_SECONDS)


async def _ask(check: Callable[[], Any]) -> tuple[Any, str]:
    try:
        answer = check()
        value = await answer if inspect.isawaitable(answer) else answer
    except (AssertionError, LookupError, OSError) as error:
        return None, repr(error)
    return value, repr(value)
