"""Deliveries that keep coming back unanswered: tried one at a time, so that the one that kills the process stands out.

The broker charges a killed process's every delivery with its death; here only the one that was in work is charged.
"""

import asyncio
from collections.abc import Awaitable, Callable

from pymongo import ASCENDING, IndexModel, ReturnDocument

from chassis import clock, indexes
from chassis.delivery import Delivery
from chassis.errors import Refused
from chassis.middlewares import Middleware, Next, Received
from chassis.outbox import Collection

_SUSPECT_RETURNS = 2
"""Coming back once is everyday: a restart, a lost connection."""
_ATTEMPTS = 3
_KEPT_SECONDS = 86_400


def is_suspect(delivery: Delivery) -> bool:
    """Whether it has come back too often to be tried beside others."""
    return delivery.returns >= _SUSPECT_RETURNS


class Quarantine(Middleware):
    """Where suspects are tried. An attempt is written down before it begins, and struck out by whoever survives it."""

    def __init__(self, attempts: Collection) -> None:
        self._attempts = attempts
        self._lock = asyncio.Lock()

    async def prepare(self) -> None:
        """Makes the index that forgets."""
        forget = IndexModel([("at", ASCENDING)], expireAfterSeconds=_KEPT_SECONDS)
        await indexes.ensure(self._attempts, [forget])

    async def around(self, call_next: Next, msg: Received) -> None:
        """One delivery; a suspect waits for the suspects before it."""
        if is_suspect(msg.delivery):
            await self.attempt_alone(msg.delivery, lambda: call_next(msg))
        else:
            await call_next(msg)

    async def attempt_alone(self, delivery: Delivery, work: Callable[[], Awaitable[None]]) -> None:
        """Runs the work while no other suspect's runs; Refused where the process has died of it too often."""
        key = f"{delivery.queue}:{delivery.known_as}"
        async with self._lock:
            attempt = await self._attempts.find_one_and_update(
                {"_id": key},
                {"$inc": {"begun": 1}, "$set": {"at": clock.now()}},
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
            try:
                if attempt["begun"] > _ATTEMPTS:
                    raise Refused("crashed", "The portal could not handle the message: the process ended each time.")
                await work()
            finally:
                await self._attempts.delete_one({"_id": key})
