"""What becomes of data that an older tasks has written; `migrations = [...]` at the bottom, the latest last."""

from dataclasses import replace
from datetime import timedelta
from typing import cast

from pymongo import UpdateOne

from chassis import clock
from chassis.authorities import Authorities
from chassis.documents import Document, Key
from chassis.keys import Finder
from chassis.migrations import (
    Migration,
    Stored,
    carry_attempts_over,
    name_the_authority_of,
    seal,
    seal_content,
    seal_told,
)
from chassis.repository import Mapper
from chassis.schedule import Schedule
from chassis.sealing import DataKey, Sealing
from services.tasks.model.task import Task
from services.tasks.settings import Settings
from services.tasks.store import FoundBy
from services.tasks.store.people import group_mapper, person_mapper
from services.tasks.store.tasks import task_mapper
from services.tasks.usecases.retention import ERASE, entries_of

_NOTICE = timedelta(days=30)
_A_PAGE = 500


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
    await _renew(stored, "kind")
    documents = stored.database.collection("tasks")
    known = await documents.index_information()
    for name in known.keys() & {"listed", "listed_retracted", "listed_submitted"}:
        await documents.drop_index(name)


async def sort_rows(stored: Stored) -> None:
    """Rows say when the task came and by which title its form is sorted."""
    await _renew(stored, "received_at")


async def say_what_was_asked(stored: Stored) -> None:
    """Rows say what waits for the council's decision."""
    await _renew(stored, "asked")


async def _renew(stored: Stored, field: str) -> None:
    """Every row that an older version has written without this field is written anew."""
    documents = stored.database.collection("tasks")
    mapper = task_mapper(FoundBy(Finder(cast("Settings", stored.settings).index_key)))
    has_missed = True
    while has_missed:  # what somebody has written in between is found by the next pass
        has_missed = False
        stale = documents.find({"row": {"$ne": None}, f"row.{field}": {"$exists": False}})
        while page := await stale.to_list(_A_PAGE):
            keys = await stored.keys.of_all(map(_key, page))
            writes = [
                UpdateOne(
                    {"_id": document["_id"], "revision": document["revision"]},
                    {"$set": {"row": _row(mapper, document, keys[key])}, "$inc": {"revision": 1}},
                )
                for document in page
                if (key := _key(document)) in keys
            ]
            if writes:
                done = await documents.bulk_write(writes, ordered=False)
                has_missed = has_missed or done.matched_count < len(writes)


async def leave_the_desk_index(stored: Stored) -> None:
    """Another one has taken its place, which says what is snoozed too."""
    documents = stored.database.collection("tasks")
    if "desk" in await documents.index_information():
        await documents.drop_index("desk")


def _key(document: Document) -> Key:
    return Key(document["authority"], document["_id"])


def _row(mapper: Mapper[Task], document: Document, key: DataKey) -> Document:
    sealing = Sealing(key, "tasks")
    row: Document = mapper.document(mapper.aggregate(document, sealing), sealing)["row"]
    return row


migrations = [
    Migration(1, "Attempts of quarantined deliveries", carry_attempts_over),
    Migration(2, "The authority beside shared documents", name_the_authority_of("shared", "tasks")),
    Migration(3, "What is kept is sealed", seal_everything),
    Migration(4, "The end of what is over", plan_the_end),
    Migration(5, "Rows that are found by kind and name", renew_rows),
    Migration(6, "The index that says nothing of snoozes", leave_the_desk_index),
    Migration(7, "Rows that are sorted by when they came and by form", sort_rows),
    Migration(8, "Rows that say what waits for the council", say_what_was_asked),
]
