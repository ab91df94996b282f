"""Leases: which one of several replicas does something, and that another goes on where that one has died."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any
from uuid import uuid4

from pymongo.errors import DuplicateKeyError, PyMongoError

from chassis import clock, loop
from chassis.outbox import Collection
from chassis.telemetry import log

LEASE_SECONDS = 30.0
"""So long after a replica's death another may begin."""
_RENEWALS = 3
"""So often a lease is renewed within its time: one that fails does not lose it."""

Work = Callable[[], Coroutine[Any, Any, None]]


class LeaseLost(Exception):  # noqa: N818 - what has happened
    """The work was stopped: its lease could not be renewed in time, and another replica may have begun."""


class Leases:
    """A document a lease: whose it is, and until when.

    A replica that stood still may find out late that it has lost its lease: what is done under one must be right when
    it is done twice.
    """

    def __init__(self, collection: Collection, seconds: float = LEASE_SECONDS) -> None:
        self._leases = collection
        self._owner = uuid4().hex
        self._seconds = seconds

    async def run(self, name: str, work: Work, *, rest_seconds: float = 0) -> bool:
        """Does the work, unless another replica does it or its rest is not over; whether it was done.

        It rests where it has ended, also by a failure; one that was cut off is free at once.
        """
        if not await self._take(name):
            return False
        rest: float = 0
        try:
            await self._work(name, work)
            rest = rest_seconds
        except Exception:
            rest = rest_seconds
            raise
        finally:
            await self._hold(name, rest)
        return True

    async def _work(self, name: str, work: Work) -> None:
        task = asyncio.create_task(work())
        async with loop.beside(self._renew(name, task)):
            try:
                await task
            except asyncio.CancelledError:
                if (us := asyncio.current_task()) and us.cancelling():
                    raise
                raise LeaseLost(name) from None

    async def _renew(self, name: str, task: "asyncio.Task[None]") -> None:
        until, is_ours = time.monotonic() + self._seconds, True
        while is_ours and time.monotonic() < until:
            await asyncio.sleep(self._seconds / _RENEWALS)
            try:
                asked_at = time.monotonic()
                is_ours = await self._hold(name, self._seconds)
                until = asked_at + self._seconds
            except PyMongoError as error:
                log.warning("lease not renewed", lease=name, error=repr(error))
        task.cancel()

    async def _take(self, name: str) -> bool:
        at = clock.unmoved()
        mine = {"owner": self._owner, "until": at + timedelta(seconds=self._seconds)}
        try:
            await self._leases.update_one({"_id": name, "until": {"$lte": at}}, {"$set": mine}, upsert=True)
        except DuplicateKeyError:
            return False  # it is there, and not over
        return True

    async def _hold(self, name: str, seconds: float) -> bool:
        """Ours for so long from now; False where it is another's meanwhile."""
        until = clock.unmoved() + timedelta(seconds=seconds)
        held = await self._leases.update_one({"_id": name, "owner": self._owner}, {"$set": {"until": until}})
        return held.matched_count == 1
