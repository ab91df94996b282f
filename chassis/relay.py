"""The relay: publishes the outbox entries of documents just written, clears what is confirmed, sends the rest again."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.errors import PyMongoError

from chassis import clock, failpoint, indexes
from chassis.outbox import COUNCIL_OUTBOX, Collection, Entry, Keep, Outgoing, Publisher, publish_entry
from chassis.shared_keys import BodySeal
from chassis.telemetry import OUTBOX_AGE, OUTBOX_WAITING, log

_SWEEP_SECONDS = 2
_SWEEP_AGE = timedelta(seconds=4)
_SWEEP_LIMIT = 200
_CLAIM = timedelta(seconds=8)
_LONGEST_CLAIM = timedelta(minutes=2)
_ROUNDS = 10
_CONCURRENCY = 64
_FLUSH_SECONDS = 5
_CLEAR_LIMIT = 200
_CLEAR_PAUSE_SECONDS = 0.05

_OFFERED: ContextVar[set[asyncio.Task[None]] | None] = ContextVar("offered", default=None)
"""What is on its way of that which the current work has offered."""


@dataclass(frozen=True, slots=True)
class _Confirmed:
    """An entry that the broker has, and that its document still holds."""

    collection: Collection
    document_id: Any
    entry: Entry


class Relay:
    """Publishes the outbox entries of documents just written, oldest first per document, and clears them in batches."""

    def __init__(self, publisher: Publisher, keep: Keep, bodies: BodySeal) -> None:
        self._publisher = publisher
        self._keep = keep
        self._bodies = bodies
        self._service = publisher.service
        self._collections: list[Collection] = []
        self._under_way: dict[tuple[str, Any], asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(_CONCURRENCY)
        self._confirmed: dict[str, _Confirmed] = {}
        self._has_confirmed = asyncio.Event()
        self._loops: list[asyncio.Task[None]] = []

    def watch(self, collection: Collection) -> None:
        """The sweeper looks after this collection too."""
        self._collections.append(collection)

    async def ensure_indexes(self, collection: Collection) -> None:
        """What the sweeper's query needs; only documents with something to tell are in it."""
        has_something = {"outbox.at": {"$exists": True}}
        await indexes.ensure(
            collection, [IndexModel([("outbox.at", ASCENDING)], partialFilterExpression=has_something)]
        )

    async def start(self) -> None:
        """Starts clearing and sweeping."""
        self._loops = [asyncio.create_task(self._clear_for_ever()), asyncio.create_task(self._sweep_for_ever())]

    def entries(self, events: Sequence[Outgoing]) -> list[Entry]:
        """Events as they stand in a document's outbox."""
        return [event.as_document(self._bodies) for event in events]

    def offer(self, collection: Collection, document_id: Any, entries: list[Entry]) -> None:
        """Takes a document's fresh entries; what cannot be sent now the sweeper sends later."""
        if entries:
            failpoint.reached(self._service, "before-publish")
            self._send(collection, document_id, entries)

    def _send(self, collection: Collection, document_id: Any, entries: list[Entry]) -> None:
        key = (collection.name, document_id)
        if key in self._under_way:
            return  # one sender a document keeps its order; the sweeper takes what came meanwhile
        waiting = [entry for entry in entries if entry["event_id"] not in self._confirmed]
        if not waiting:
            return
        OUTBOX_WAITING.inc(len(waiting))
        task = asyncio.create_task(self._publish_all(collection, document_id, waiting))
        self._under_way[key] = task
        task.add_done_callback(lambda _: self._under_way.pop(key, None))
        if (offered := _OFFERED.get()) is not None:
            offered.add(task)

    @asynccontextmanager
    async def flushed(self) -> AsyncIterator[None]:
        """Ends when what was offered inside is sent, or after a while: who has much to tell waits, and nobody else."""
        offered = set[asyncio.Task[None]]()
        mark = _OFFERED.set(offered)
        try:
            yield
        finally:
            _OFFERED.reset(mark)
        if offered:
            await asyncio.wait(offered, timeout=_FLUSH_SECONDS)

    async def _publish_all(self, collection: Collection, document_id: Any, entries: list[Entry]) -> None:
        try:
            async with self._slots:
                for entry in entries:
                    await self._publish(entry)
                    failpoint.reached(self._service, "before-clear")
                    self._confirmed[entry["event_id"]] = _Confirmed(collection, document_id, entry)
                    self._has_confirmed.set()
        except Exception as error:  # noqa: BLE001 - whatever it was, the entry stays and the sweeper comes
            log.warning("outbox entry not published", error=repr(error), collection=collection.name)
        finally:
            OUTBOX_WAITING.dec(len(entries))

    async def _publish(self, entry: Entry) -> None:
        is_for_council = entry["exchange"] == COUNCIL_OUTBOX
        body = self._bodies.opened(entry) if is_for_council else entry["body"]
        await publish_entry(self._publisher, entry, body)

    async def _clear_for_ever(self) -> None:
        while True:
            await self._has_confirmed.wait()
            await asyncio.sleep(_CLEAR_PAUSE_SECONDS)  # more of the same soon: one write clears them together
            self._has_confirmed.clear()
            try:
                await self.clear()
            except Exception as error:  # noqa: BLE001 - a relay that stands still is noticed by nobody
                log.warning("outbox not cleared", error=repr(error))
                self._has_confirmed.set()

    async def clear(self) -> None:
        """Removes what is confirmed from its documents and keeps a copy: a confirm is no proof for ever.

        In small batches, each done with for good: a large one after an outage would never end within its time.
        """
        while batch := list(islice(self._confirmed.values(), _CLEAR_LIMIT)):
            await self._keep([one.entry for one in batch])
            for collection in {one.collection.name: one.collection for one in batch}.values():
                mine = [one for one in batch if one.collection.name == collection.name]
                await collection.update_many(
                    {"_id": {"$in": [one.document_id for one in mine]}},
                    {
                        "$pull": {"outbox": {"event_id": {"$in": [one.entry["event_id"] for one in mine]}}},
                        "$unset": {"sweep": ""},
                    },
                )
            for one in batch:
                del self._confirmed[one.entry["event_id"]]

    async def _sweep_for_ever(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_SECONDS)
            try:
                await self.sweep()
            except Exception as error:  # noqa: BLE001 - a relay that stands still is noticed by nobody
                log.warning("outbox not swept", error=repr(error))

    async def sweep(self) -> None:
        """Sends what stands in an outbox for longer than a healthy relay takes."""
        before = clock.now() - _SWEEP_AGE
        oldest = clock.now()
        for collection in self._collections:
            async for at in self._swept(collection, before):
                oldest = min(oldest, at)
        OUTBOX_AGE.set(max(0.0, (clock.now() - oldest).total_seconds()))

    async def _swept(self, collection: Collection, before: datetime) -> AsyncIterator[datetime]:
        """Behind the oldest ones too: these may be such that nobody can be told yet. One pass, a batch at a time."""
        found = collection.find({"outbox.at": {"$lt": before}}, {"outbox.at": 1, "sweep": 1}, batch_size=_SWEEP_LIMIT)
        async for document in found.sort([("outbox.at", ASCENDING)]):
            yield document["outbox"][0]["at"]
            claimed = await self._claim(collection, document, before)
            if claimed is not None:
                self._send(collection, claimed["_id"], claimed["outbox"])
            while len(self._under_way) >= _SWEEP_LIMIT:
                await asyncio.wait(list(self._under_way.values()), return_when=asyncio.FIRST_COMPLETED)

    async def _claim(self, collection: Collection, document: dict[str, Any], before: datetime) -> dict[str, Any] | None:
        """The document, where no other replica has it in hand; each further round waits twice as long."""
        rounds = document.get("sweep", {}).get("rounds", 0)
        at = clock.unmoved()
        if document.get("sweep", {}).get("until", at) > at:
            return None
        until = at + min(_CLAIM * 2**rounds, _LONGEST_CLAIM)
        guard = {"_id": document["_id"], "outbox.at": {"$lt": before}, "sweep.until": {"$not": {"$gt": at}}}
        claimed: dict[str, Any] | None = await collection.find_one_and_update(
            guard, {"$set": {"sweep": {"until": until, "rounds": min(rounds + 1, _ROUNDS)}}}
        )
        return claimed

    async def drain(self, seconds: float) -> None:
        """Waits for what is under way, clears, stops."""
        for loop in self._loops:
            loop.cancel()
        if self._under_way:
            await asyncio.wait(list(self._under_way.values()), timeout=seconds)
        try:
            await self.clear()
        except PyMongoError as error:
            log.warning("outbox not cleared", error=repr(error))
