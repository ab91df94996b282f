"""Migrations: what becomes of data that an older version has written, before this one serves (ADR 0034)."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from chassis import clock, failpoint
from chassis.database import Database
from chassis.leases import Leases
from chassis.telemetry import log

_ID = "schema"
_WAIT_SECONDS = 0.5
_ORPHANED_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Migration:
    """One step. `run` may be cut off anywhere, run again, and run while the version before still serves."""

    version: int
    name: str
    run: Callable[[Database], Coroutine[Any, Any, None]]


async def migrate(service: str, database: Database, migrations: Sequence[Migration]) -> None:
    """Runs what this data has not seen yet, in order. One replica does; the others wait until it has, or has died."""
    leases = Leases(database.collection("leases"))
    while await _pending(database, migrations):
        if not await leases.run("migrations", lambda: _run(service, database, migrations)):
            await asyncio.sleep(_WAIT_SECONDS)


async def _pending(database: Database, migrations: Sequence[Migration]) -> list[Migration]:
    """None where a newer version has written: that one keeps the data such that this one can read it."""
    schema = await database.collection(_ID).find_one({"_id": _ID})
    version = schema["version"] if schema else 0
    return [migration for migration in migrations if migration.version > version]


async def _run(service: str, database: Database, migrations: Sequence[Migration]) -> None:
    for migration in await _pending(database, migrations):
        log.info("migrating", migration=migration.name, version=migration.version)
        await migration.run(database)
        failpoint.reached(service, "migrated")
        await database.collection(_ID).update_one({"_id": _ID}, {"$max": {"version": migration.version}}, upsert=True)
    log.info("migrated")


# Steps that several services have


async def carry_attempts_over(database: Database) -> None:
    """Deliveries attempted alone are counted in `quarantine`; those in `trials` are forgotten there by themselves."""
    async for trial in database.collection("trials").find({}):
        change = {"$max": {"begun": trial["begun"]}, "$setOnInsert": {"at": trial["at"]}}
        await database.collection("quarantine").update_one({"_id": trial["_id"]}, change, upsert=True)


def name_the_authority_of(content: str, owners: str) -> Callable[[Database], Coroutine[Any, Any, None]]:
    """Content says whose it is. What a crash has left without an owner goes, where no upload can still be under way."""

    async def run(database: Database) -> None:
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
