"""Waiting for what will be true: no test sleeps for a guess."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

WITHIN_SECONDS = 15.0
_EVERY_SECONDS = 0.05


async def eventually(check: Callable[[], T | Awaitable[T]], *, within: float = WITHIN_SECONDS) -> T:
    """Ask again until the answer is true, and return it; the last answer (or error) is in the failure."""
    until = time.monotonic() + within
    while True:
        answer, told = await _ask(check)
        if answer:
            return answer
        if time.monotonic() > until:
            raise AssertionError(f"not true within {within} s; last: {told}")
        await asyncio.sleep(_EVERY_SECONDS)


def wait_until(check: Callable[[], T], *, within: float = WITHIN_SECONDS) -> T:
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


async def _ask(check: Callable[[], T | Awaitable[T]]) -> tuple[T | None, str]:
    try:
        answer = check()
        value: T = await answer if inspect.isawaitable(answer) else answer
    except (AssertionError, LookupError, OSError) as error:
        return None, repr(error)
    return value, repr(value)
