"""Migrations: what becomes of data that an older version has written, before this one serves (ADR 0034)."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias

from chassis import clock, failpoint
from chassis.blobs import BlobStore
from chassis.database import Database
from chassis.documents import Key
from chassis.keys import KeyRing
from chassis.leases import Leases
from chassis.repository import Mapper
from chassis.sealing import Sealing
from chassis.settings import StoredServiceSettings
from chassis.shared_keys import BodySeal
from chassis.telemetry import log
from contracts.base import EVERYBODYS

_ID = "schema"
_WAIT_SECONDS = 0.5
_ORPHANED_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Stored:
    """What a service has kept, and what it takes to read and to change that."""

    database: Database
    keys: KeyRing
    settings: StoredServiceSettings


Step: TypeAlias = Callable[[Stored], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Migration:
    """One step. `run` may be cut off anywhere, run again, and run while the version before still serves."""

    version: int
    name: str
    run: Step


async def migrate(service: str, stored: Stored, migrations: Sequence[Migration]) -> None:
    """Runs what this data has not seen yet, in order. One replica does; the others wait until it has, or has died."""
    leases = Leases(stored.database.collection("leases"))
    while await _pending(stored.database, migrations):
        if not await leases.run("migrations", lambda: _run(service, stored, migrations)):
            await asyncio.sleep(_WAIT_SECONDS)


async def _pending(database: Database, migrations: Sequence[Migration]) -> list[Migration]:
    """None where a newer version has written: that one keeps the data such that this one can read it."""
    schema = await database.collection(_ID).find_one({"_id": _ID})
    version = schema["version"] if schema else 0
    return [migration for migration in migrations if migration.version > version]


async def _run(service: str, stored: Stored, migrations: Sequence[Migration]) -> None:
    for migration in await _pending(stored.database, migrations):
        log.info("migrating", migration=migration.name, version=migration.version)
        await migration.run(stored)
        failpoint.reached(service, "migrated")
        await stored.database.collection(_ID).update_one(
            {"_id": _ID}, {"$max": {"version": migration.version}}, upsert=True
        )
    log.info("migrated")


# Steps that several services have


async def carry_attempts_over(stored: Stored) -> None:
    """Deliveries attempted alone are counted in `quarantine`; those in `trials` are forgotten there by themselves."""
    async for trial in stored.database.collection("trials").find({}):
        change = {"$max": {"begun": trial["begun"]}, "$setOnInsert": {"at": trial["at"]}}
        await stored.database.collection("quarantine").update_one({"_id": trial["_id"]}, change, upsert=True)


def name_the_authority_of(content: str, owners: str) -> Step:
    """Content says whose it is. What a crash has left without an owner goes, where no upload can still be under way."""

    async def run(stored: Stored) -> None:
        database = stored.database
        records, chunks = database.collection(f"{content}.files"), database.collection(f"{content}.chunks")
        unnamed = {"metadata.task_id": {"$exists": True}, "metadata.authority": {"$exists": False}}
        async for record in records.find(unnamed, {"metadata.task_id": 1, "uploadDate": 1}):
            owner = await database.collection(owners).find_one({"_id": record["metadata"]["task_id"]}, {"authority": 1})
            if owner is not None:
                named = {"$set": {"metadata.authority": owner["authority"]}}
                await records.update_one({"_id": record["_id"]}, named)
            elif record["uploadDate"] < clock.now() - _ORPHANED_AFTER:
                await records.delete_one({"_id": record["_id"]})
                await chunks.delete_many({"files_id": record["_id"]})

    return run


async def seal(stored: Stored, name: str, mapper: Mapper[Any], *, authority_field: str = "authority") -> None:
    """Aggregates that an older version has kept in clear are kept as this one keeps them."""
    documents, has_found = stored.database.collection(name), True
    while has_found:  # what somebody has written in between is found by the next pass
        has_found = False
        async for document in documents.find({"is_sealed": {"$exists": False}}):
            has_found = True
            key = Key(document.get(authority_field, EVERYBODYS), document["_id"])
            sealing = Sealing(await stored.keys.of(key), name)
            revision = document.get("revision")
            change = {**mapper.document(mapper.aggregate(document), sealing), "revision": (revision or 0) + 1}
            await documents.update_one({"_id": document["_id"], "revision": revision}, {"$set": change})


async def seal_content(stored: Stored, name: str) -> None:
    """The same for stored bytes."""
    content = BlobStore(stored.database, name, stored.keys)
    while await content.seal():
        pass


async def seal_told(stored: Stored) -> None:
    """The same for copies of what was told."""
    bodies, told = BodySeal(stored.settings.events_key), stored.database.collection("outbox_sent")
    async for copy in told.find({"body": {"$type": "string"}}, {"body": 1, "type": 1, "authority": 1}):
        sealed = bodies.seal(copy["body"].encode(), copy.get("authority", ""), copy["type"])
        await told.update_one({"_id": copy["_id"]}, {"$set": {"body": sealed}})


def seal_everything(aggregates: str, mapper: Mapper[Any], content: str) -> Step:
    """All of that, where a service has one kind of aggregates and one of content."""

    async def run(stored: Stored) -> None:
        await seal(stored, aggregates, mapper)
        await seal_content(stored, content)
        await seal_told(stored)

    return run
