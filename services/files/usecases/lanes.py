"""How many uploads may be under way: a few a person, more in all, and fewer still in memory at the same time."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from chassis.errors import TooMany, Unavailable

MOST_A_PERSON = 4
MOST_IN_ALL = 32
MOST_IN_MEMORY = 3


class Lanes:
    """Counts uploads in this process; one person with a slow line takes no place from the others."""

    def __init__(self) -> None:
        self._by_person: Counter[str] = Counter()
        self.memory = asyncio.Semaphore(MOST_IN_MEMORY)
        """To be held while a whole file is in memory."""

    @contextmanager
    def one(self, account_id: str) -> Iterator[None]:
        """A lane for one upload; refuses where there is none."""
        if self._by_person[account_id] >= MOST_A_PERSON:
            raise TooMany(
                "too_many_uploads", "Wait until your other files are uploaded, then try again.", retry_after=5
            )
        if self._by_person.total() >= MOST_IN_ALL:
            raise Unavailable("busy", "Many files are being uploaded just now. Try again in a moment.", retry_after=5)
        self._by_person[account_id] += 1
        try:
            yield
        finally:
            self._by_person[account_id] -= 1
            self._by_person += Counter()  # drops the zeros
