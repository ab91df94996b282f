"""Password hashes: argon2id in a thread, a bounded number at once. What a good password is says model.passwords."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

import argon2
from argon2.exceptions import VerificationError

from services.auth.model import refusals
from services.auth.usecases.turns import Turns

WAIT_SECONDS = 30
AT_ONCE = max(1, (os.cpu_count() or 1) // 2)
"""Each hash holds 19 MiB and a core for some 50 ms; half of the cores stay with those who answer."""


@cache
def _argon2id() -> argon2.PasswordHasher:
    """OWASP's figures for argon2id (reliability.md, 1.4)."""
    return argon2.PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class PasswordHasher:
    """Hashes and verifies passwords exactly as they were typed. `asker` is whose turn it is: a network or a browser."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._turns = Turns(at_once, WAIT_SECONDS)
        self._nobodys_hash = _argon2id().hash("")  # compared with where there is no account: the same work

    async def hash(self, password: str, asker: str = "") -> str:
        """A salted hash to store."""
        async with self._turn(asker):
            return await asyncio.to_thread(_argon2id().hash, password)

    async def matches(
        self, password_hash: str | None, password: str, asker: str = "", *, is_known: bool = False
    ) -> bool:
        """Whether the password is the one; False after the same work where there is no hash to compare with."""
        async with self._turn(asker, is_known=is_known):
            fits = await asyncio.to_thread(_verify, password_hash or self._nobodys_hash, password)
        return fits and password_hash is not None

    @asynccontextmanager
    async def _turn(self, asker: str, *, is_known: bool = False) -> AsyncIterator[None]:
        try:
            await self._turns.take(asker, is_known=is_known)
        except TimeoutError as error:
            raise refusals.busy() from error
        try:
            yield
        finally:
            self._turns.give_back()


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _argon2id().verify(password_hash, password)
    except VerificationError:
        return False
