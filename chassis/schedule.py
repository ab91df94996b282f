"""The schedule: what is to happen at a time to come. At least once, in order, by whichever replica has a hand free."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError

from chassis import clock, indexes
from chassis.context import entered, of_service
from chassis.database import Inserts
from chassis.errors import AlreadyHandled
from chassis.outbox import Collection, derived_id
from chassis.telemetry import log

_HELD_SECONDS = 60
"""The longest that one entry may take: after it another replica takes it up."""
_DELAYS = (5, 30, 120, 600, 3600)
"""After a failure; the last one again and again, for an entry is never given up."""
_KEPT = timedelta(days=30)
"""How long what is done is known as done: longer than any message that plans it may come again."""
_POLL_SECONDS = 1
_PLANNED = {"state": "planned"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that is due at a time. Planned twice for the same cause, it is one; it names things by id only."""

    kind: str
    authority: str
    cause: tuple[str, ...]
    due_at: datetime
    about: Mapping[str, str] = field(default_factory=dict)

    @property
    def entry_id(self) -> str:
        """The same for the same cause."""
        return derived_id("schedule", self.kind, self.authority, *self.cause)


@dataclass(frozen=True, slots=True)
class Scheduled:
    """Who does what is due: `handler(entry, service)`. It looks whether it is still called for, and may run twice."""

    kind: str
    handler: Callable[[Entry, Any], Coroutine[Any, Any, None]]


class Schedule:
    """Entries in a service's own database.

    An entry and the change that calls for it are two writes. The entry is planned first: where the change then does not
    come to be, its handler finds nothing to do (ADR 0034).
    """

    def __init__(self, collection: Collection) -> None:
        self._entries = collection
        self._inserts = Inserts(collection)

    async def prepare(self) -> None:
        """Makes the indexes."""
        await indexes.ensure(
            self._entries,
            [
                IndexModel([("due_at", ASCENDING)], partialFilterExpression=_PLANNED),
                IndexModel([("forget_at", ASCENDING)], expireAfterSeconds=0),
            ],
        )

    async def plan(self, *entries: Entry) -> None:
        """Each once, also where it was planned, done or cancelled before."""
        await asyncio.gather(*(self._plan(entry) for entry in entries))

    async def _plan(self, entry: Entry) -> None:
        with suppress(AlreadyHandled):
            await self._inserts.add(_document(entry))

    async def cancel(self, *entries: Entry) -> None:
        """What is not done yet will not be, nor where it is planned only now."""
        for entry in entries:
            change = {"$set": _ended("cancelled"), "$setOnInsert": {"due_at": entry.due_at}}
            try:
                await self._entries.update_one({"_id": entry.entry_id, **_PLANNED}, change, upsert=True)
            except DuplicateKeyError:
                continue  # it is done

    async def work(self, scheduled: Sequence[Scheduled], service_name: str, service: Any) -> None:
        """Does what is due, for ever."""
        handlers = {each.kind: each for each in scheduled}
        while True:
            if not await self._do_next(handlers, service_name, service):
                await asyncio.sleep(_POLL_SECONDS)

    async def _do_next(self, handlers: Mapping[str, Scheduled], service_name: str, service: Any) -> bool:
        document = await self._claim(list(handlers))
        if document is None:
            return False
        entry = _entry(document)
        try:
            with entered(of_service(service_name)):
                async with asyncio.timeout(_HELD_SECONDS):
                    await handlers[entry.kind].handler(entry, service)
        except Exception as error:  # noqa: BLE001 - it stays due, and the others go on
            delay = _DELAYS[min(document["tries"], len(_DELAYS)) - 1]
            log.error("scheduled work failed", kind=entry.kind, entry_id=document["_id"], exc_info=error)
            await self._set(document, {"held_until": clock.unmoved() + timedelta(seconds=delay)})
        else:
            await self._set(document, _ended("done"))
        return True

    async def _claim(self, kinds: Sequence[str]) -> dict[str, Any] | None:
        """The one that is due for longest: by the clock that tests move. It is held by the one that they do not."""
        at = clock.unmoved()
        due = {**_PLANNED, "due_at": {"$lte": clock.now()}, "held_until": {"$lte": at}, "kind": {"$in": list(kinds)}}
        claimed: dict[str, Any] | None = await self._entries.find_one_and_update(
            due,
            {"$set": {"held_until": at + timedelta(seconds=_HELD_SECONDS)}, "$inc": {"tries": 1}},
            sort=[("due_at", ASCENDING)],
            return_document=ReturnDocument.AFTER,
        )
        return claimed

    async def _set(self, document: Mapping[str, Any], change: Mapping[str, Any]) -> None:
        """Unless another has taken it up meanwhile."""
        await self._entries.update_one(
            {"_id": document["_id"], **_PLANNED, "tries": document["tries"]}, {"$set": change}
        )


def _document(entry: Entry) -> dict[str, Any]:
    return {
        "_id": entry.entry_id,
        "kind": entry.kind,
        "authority": entry.authority,
        "cause": list(entry.cause),
        "due_at": entry.due_at,
        "about": dict(entry.about),
        "state": "planned",
        "held_until": clock.unmoved(),
        "tries": 0,
    }


def _entry(document: Mapping[str, Any]) -> Entry:
    return Entry(
        kind=document["kind"],
        authority=document["authority"],
        cause=tuple(document["cause"]),
        due_at=document["due_at"],
        about=document["about"],
    )


def _ended(state: str) -> dict[str, Any]:
    return {"state": state, "forget_at": clock.unmoved() + _KEPT}
