"""What becomes of data that an older tasks has written; `migrations = [...]` at the bottom, the latest last."""

from dataclasses import replace
from datetime import timedelta
from typing import cast

from chassis import clock
from chassis.authorities import Authorities
from chassis.documents import Key
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


migrations = [
    Migration(1, "Attempts of quarantined deliveries", carry_attempts_over),
    Migration(2, "The authority beside shared documents", name_the_authority_of("shared", "tasks")),
    Migration(3, "What is kept is sealed", seal_everything),
    Migration(4, "The end of what is over", plan_the_end),
]
