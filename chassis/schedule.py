"""The schedule: what is to happen at a time to come. At least once, by whichever replica has a hand free.

It is begun in the order of its time, some of it side by side; what is about the same thing, one after the other.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import uuid4

from pymongo import ASCENDING, IndexModel, UpdateOne
from pymongo.errors import DuplicateKeyError

from chassis import clock, indexes
from chassis.batcher import Batcher
from chassis.context import entered, of_service
from chassis.database import DatabaseError, Inserts
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
_SIDE_BY_SIDE = 8
"""At once in one replica; more of them share a processor, and win little."""
_GATHER_SECONDS = 0.01
"""More hands are free soon: one claim is for all of them."""
_PLANNED = {"state": "planned"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that is due at a time. Planned twice for the same cause, it is one; it names things by id only.

    The first of the cause is the id of what it is about: such entries are not done side by side.
    """

    kind: str
    authority: str
    cause: tuple[str, ...]
    due_at: datetime
    about: Mapping[str, str] = field(default_factory=dict)

    @property
    def entry_id(self) -> str:
        """The same for the same cause."""
        return derived_id("schedule", self.kind, self.authority, *self.cause)


Handler: TypeAlias = Callable[[Entry, Any], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Scheduled:
    """Who does what is due: `handler(entry, service)`. It looks whether it is still called for, and may run twice."""

    kind: str
    handler: Handler


class Schedule:
    """Entries in a service's own database.

    An entry and the change that calls for it are two writes. The entry is planned first: where the change then does not
    come to be, its handler finds nothing to do (ADR 0034).
    """

    def __init__(self, collection: Collection) -> None:
        self._entries = collection
        self._inserts = Inserts(collection)
        self._changes = Batcher[UpdateOne, None](self._change_all)

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
        """Does what is due, for ever; what takes long or fails holds up nothing that is about something else."""
        handlers = {each.kind: each.handler for each in scheduled}
        under_way: dict[str, asyncio.Task[None]] = {}

        async def do(document: Mapping[str, Any]) -> None:
            try:
                with entered(of_service(service_name)):
                    await self._do(document, handlers[document["kind"]], service)
            finally:
                del under_way[_subject(document)]

        async with asyncio.TaskGroup() as group:
            while True:
                if len(under_way) == _SIDE_BY_SIDE:
                    await asyncio.wait(under_way.values(), return_when=asyncio.FIRST_COMPLETED)
                    await asyncio.sleep(_GATHER_SECONDS)
                claimed = await self._claim(handlers, _SIDE_BY_SIDE - len(under_way), under_way)
                for document in claimed:
                    under_way[_subject(document)] = group.create_task(do(document))
                if not claimed:
                    await asyncio.sleep(_POLL_SECONDS)

    async def _do(self, document: Mapping[str, Any], handler: Handler, service: Any) -> None:
        try:
            async with asyncio.timeout(_HELD_SECONDS):
                await handler(_entry(document), service)
        except Exception as error:  # noqa: BLE001 - it stays due, and the others go on
            delay = _DELAYS[min(document["tries"], len(_DELAYS)) - 1]
            log.error("scheduled work failed", kind=document["kind"], entry_id=document["_id"], exc_info=error)
            await self._set(document, {"held_until": clock.unmoved() + timedelta(seconds=delay)})
        else:
            await self._set(document, _ended("done"))

    async def _claim(self, kinds: Iterable[str], room: int, under_way: Iterable[str]) -> list[dict[str, Any]]:
        """What is due for longest: by the clock that tests move. It is held by the one that they do not.

        None of it is about what is under way, or about what another one of it is about.
        """
        at, claim = clock.unmoved(), uuid4().hex
        due = {**_PLANNED, "due_at": {"$lte": clock.now()}, "held_until": {"$lte": at}, "kind": {"$in": list(kinds)}}
        order = [("due_at", ASCENDING)]
        try:
            free = {**due, "cause.0": {"$nin": list(under_way)}}
            found = await self._entries.find(free, {"cause": 1}, sort=order, limit=room).to_list(room)
            if not (ids := _first_of_each(found)):
                return []
            held = {"claim": claim, "held_until": at + timedelta(seconds=_HELD_SECONDS)}
            await self._entries.update_many({"_id": {"$in": ids}, **due}, {"$set": held, "$inc": {"tries": 1}})
            return await self._entries.find({"_id": {"$in": ids}, "claim": claim}, sort=order, limit=room).to_list(room)
        except DatabaseError as error:
            log.warning("schedule not looked at", error=type(error).__name__)
            return []

    async def _set(self, document: Mapping[str, Any], change: Mapping[str, Any]) -> None:
        """Unless another has taken it up meanwhile; what cannot be written down is done again when its time is over."""
        mine = {"_id": document["_id"], **_PLANNED, "tries": document["tries"]}
        try:
            await self._changes.add(UpdateOne(mine, {"$set": change}))
        except DatabaseError as error:
            log.warning("scheduled work not marked", entry_id=document["_id"], error=type(error).__name__)

    async def _change_all(self, changes: list[UpdateOne]) -> list[Exception | None]:
        await self._entries.bulk_write(changes, ordered=False)
        return [None] * len(changes)


def _subject(document: Mapping[str, Any]) -> str:
    return str(document["cause"][0])


def _first_of_each(due: Sequence[Mapping[str, Any]]) -> list[str]:
    """The ids of these, in order, without those that are about the same as one before."""
    firsts: dict[str, str] = {}
    for document in due:
        firsts.setdefault(_subject(document), document["_id"])
    return list(firsts.values())


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
