"""The database: opened here and nowhere else (ADR 0008). One document per aggregate, its events inside it."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Self

from bson.errors import BSONError
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import IndexModel, ReturnDocument, WriteConcern
from pymongo.errors import BulkWriteError, DuplicateKeyError, PyMongoError, WriteError
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from chassis.batcher import Batcher
from chassis.documents import Document
from chassis.errors import AlreadyHandled
from chassis.indexes import ensure
from chassis.outbox import Collection, Outgoing
from chassis.relay import Relay
from chassis.telemetry import DATABASE_COMMANDS

_DUPLICATE_KEY = 11000
_HOUSEKEEPING = frozenset({"hello", "ismaster", "isMaster", "ping", "endSessions", "buildInfo"})

DatabaseError = PyMongoError


class _CommandCounter(CommandListener):
    """Counts round trips, so that their number per operation is a measured figure."""

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name not in _HOUSEKEEPING:
            DATABASE_COMMANDS.labels(event.command_name).inc()

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Only the start counts."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Only the start counts."""


def _outcomes(documents: list[Document], error: BulkWriteError) -> list[Exception | None]:
    """What became of each document of a batch."""
    outcomes: list[Exception | None] = [None] * len(documents)
    if error.details.get("writeConcernErrors"):
        outcomes = [error] * len(documents)
    for fault in error.details.get("writeErrors", []):
        is_repeat = fault.get("code") == _DUPLICATE_KEY
        repeated = AlreadyHandled(documents[fault["index"]]["_id"])
        outcomes[fault["index"]] = repeated if is_repeat else WriteError("refused", fault.get("code"), fault)
    return outcomes


class Inserts:
    """Inserts of one collection: those that are asked for at the same time go out as one write."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._batches = Batcher[Document, None](self._insert_all)

    async def add(self, document: Document) -> None:
        """Inserts if absent; AlreadyHandled where the `_id` (or another unique key) is there."""
        await self._batches.add(document)

    async def _insert_all(self, documents: list[Document]) -> list[Exception | None]:
        try:
            await self._collection.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            return _outcomes(documents, error)
        except (ValueError, OverflowError, BSONError) as error:
            # The driver cannot write one of them, and does not say which: each is tried by itself.
            if len(documents) == 1:
                return [error]
            return [(await self._insert_all([document]))[0] for document in documents]
        return [None] * len(documents)


class OutboxCollection:
    """A collection whose every write is one document, guarded, with the events to tell embedded in it."""

    def __init__(self, collection: Collection, relay: Relay) -> None:
        self._collection = collection
        self._inserts = Inserts(collection)
        self._relay = relay
        relay.watch(collection)

    @property
    def raw(self) -> Collection:
        """The collection itself, for writes that tell nobody."""
        return self._collection

    async def ensure_indexes(self, indexes: Sequence[IndexModel]) -> None:
        """Creates what is missing; to be called once at start."""
        await ensure(self._collection, indexes)
        await self._relay.ensure_indexes(self._collection)

    async def insert(self, document: Document, events: Sequence[Outgoing] = ()) -> None:
        """Inserts if absent; AlreadyHandled where the `_id` (or another unique key) is there."""
        entries = self._relay.entries(events)
        await self._inserts.add({**document, "outbox": entries})
        self._relay.offer(self._collection, document["_id"], entries)

    async def get(self, query: Mapping[str, Any], projection: Mapping[str, Any] | None = None) -> Document | None:
        """One document, or None."""
        found: Document | None = await self._collection.find_one(query, projection)
        return found

    async def find(
        self,
        query: Mapping[str, Any],
        *,
        sort: Sequence[tuple[str, int]] = (),
        limit: int,
        skip: int = 0,
        projection: Mapping[str, Any] | None = None,
    ) -> list[Document]:
        """At most `limit` documents in order."""
        cursor = self._collection.find(query, projection, limit=limit, skip=skip, batch_size=limit + 1)
        if sort:
            cursor = cursor.sort(list(sort))
        found: list[Document] = await cursor.to_list(length=limit)
        return found

    async def update(
        self,
        guard: Mapping[str, Any],
        change: Mapping[str, Any] | Sequence[Mapping[str, Any]],
        events: Sequence[Outgoing] = (),
    ) -> Document | None:
        """Changes the one document that the guard matches and gives it back; None where none does.

        A pipeline change cannot carry events.
        """
        entries = self._relay.entries(events)
        if entries:
            if not isinstance(change, Mapping):
                raise TypeError("a pipeline update cannot carry events")
            push = {"outbox": {"$each": entries}}
            change = {**change, "$push": {**change.get("$push", {}), **push}}
        try:
            updated: Document | None = await self._collection.find_one_and_update(
                guard, change, return_document=ReturnDocument.AFTER
            )
        except DuplicateKeyError as error:
            raise AlreadyHandled(str(guard.get("_id"))) from error
        if updated is not None:
            self._relay.offer(self._collection, updated["_id"], entries)
        return updated


class Database:
    """One service's database: acknowledged by a majority and journaled, every wait bounded (reliability R11, R12)."""

    def __init__(self, client: "AsyncIOMotorClient[Document]", name: str) -> None:
        self._client = client
        self._database = client.get_database(name, write_concern=WriteConcern("majority", j=True))

    @classmethod
    def open(cls, url: str, name: str) -> Self:
        """Opens lazily: nothing is sent before the first use."""
        client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(
            url,
            tz_aware=True,
            uuidRepresentation="standard",
            timeoutMS=3000,
            serverSelectionTimeoutMS=2000,
            connectTimeoutMS=2000,
            maxPoolSize=50,
            waitQueueTimeoutMS=1000,
            retryWrites=True,
            retryReads=True,
            event_listeners=[_CommandCounter()],
            appname=name,
        )
        return cls(client, name)

    def outbox_collection(self, name: str, relay: Relay) -> OutboxCollection:
        """A collection of aggregates with their outbox."""
        return OutboxCollection(self._database[name], relay)

    def collection(self, name: str) -> Collection:
        """A plain collection, for records that tell nobody."""
        return self._database[name]

    async def ping(self) -> None:
        """A round trip; raises where the database does not answer within a second."""
        async with asyncio.timeout(1):
            await self._client.admin.command("ping")

    def close(self) -> None:
        """Closes every connection."""
        self._client.close()
