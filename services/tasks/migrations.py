"""What becomes of data that an older tasks has written; `migrations = [...]` at the bottom, the latest last."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import cast

from chassis import clock
from chassis.authorities import Authorities
from chassis.documents import Key
from chassis.keys import Finder, KeyDestroyed
from chassis.migrations import (
    Migration,
    Stored,
    carry_attempts_over,
    name_the_authority_of,
    seal,
    seal_content,
    seal_told,
)
from chassis.schedule import Schedule
from chassis.sealing import Sealing
from services.tasks.settings import Settings
from services.tasks.store import FoundBy
from services.tasks.store.people import group_mapper, person_mapper
from services.tasks.store.tasks import task_mapper
from services.tasks.usecases.retention import ERASE, entries_of

_NOTICE = timedelta(days=30)


async def seal_everything(stored: Stored) -> None:
    """Tasks, groups, people and documents sent along; what they are found by is hashed."""
    found_by = FoundBy(Finder(cast("Settings", stored.settings).index_key))
    await seal(stored, "tasks", task_mapper(found_by))
    await seal(stored, "work_groups", group_mapper(found_by))
    await seal(stored, "people", person_mapper(found_by), authority_field="owner")
    await seal_content(stored, "shared")
    await seal_told(stored)


async def plan_the_end(stored: Stored) -> None:
    """What was over before there was a clock for it ends too, and not before its council can know."""
    settings = cast("Settings", stored.settings)
    authorities, schedule = Authorities.load(settings.authorities_dir), Schedule(stored.database.collection("schedule"))
    mapper, not_before = task_mapper(FoundBy(Finder(settings.index_key))), clock.now() + _NOTICE
    over = {"authority": {"$in": authorities.codes}, "state": {"$in": ["submitted", "retracted"]}}
    async for document in stored.database.collection("tasks").find(over):
        key = Key(document["authority"], document["_id"])
        task = mapper.aggregate(document, Sealing(await stored.keys.of(key), "tasks"))
        entries = entries_of(task, authorities.get(task.authority))
        late = [replace(each, due_at=max(each.due_at, not_before)) if each.kind == ERASE else each for each in entries]
        await schedule.plan(*late)


async def renew_rows(stored: Stored) -> None:
    """Rows say of which kind a task is, and by which names its child is found; indexes that this version leaves go."""
    documents = stored.database.collection("tasks")
    mapper = task_mapper(FoundBy(Finder(cast("Settings", stored.settings).index_key)))
    has_missed = True
    while has_missed:  # what somebody has written in between is found by the next pass
        has_missed = False
        async for document in documents.find({"row": {"$ne": None}, "row.kind": {"$exists": False}}):
            with suppress(KeyDestroyed):
                sealing = Sealing(await stored.keys.of(Key(document["authority"], document["_id"])), "tasks")
                row = mapper.document(mapper.aggregate(document, sealing), sealing)["row"]
                known_as = {"_id": document["_id"], "revision": document["revision"]}
                done = await documents.update_one(known_as, {"$set": {"row": row}, "$inc": {"revision": 1}})
                has_missed = has_missed or not done.matched_count
    known = await documents.index_information()
    for name in known.keys() & {"listed", "listed_retracted", "listed_submitted"}:
        await documents.drop_index(name)


migrations = [
    Migration(1, "Attempts of quarantined deliveries", carry_attempts_over),
    Migration(2, "The authority beside shared documents", name_the_authority_of("shared", "tasks")),
    Migration(3, "What is kept is sealed", seal_everything),
    Migration(4, "The end of what is over", plan_the_end),
    Migration(5, "Rows that are found by kind and name", renew_rows),
]
