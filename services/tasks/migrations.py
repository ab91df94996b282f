"""What becomes of data that an older tasks has written; `migrations = [...]` at the bottom, the latest last."""

from typing import cast

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
from services.tasks.settings import Settings
from services.tasks.store import FoundBy
from services.tasks.store.people import group_mapper, person_mapper
from services.tasks.store.tasks import task_mapper


async def seal_everything(stored: Stored) -> None:
    """Tasks, groups, people and documents sent along; what they are found by is hashed."""
    found_by = FoundBy(Finder(cast("Settings", stored.settings).index_key))
    await seal(stored, "tasks", task_mapper(found_by))
    await seal(stored, "work_groups", group_mapper(found_by))
    await seal(stored, "people", person_mapper(found_by), authority_field="owner")
    await seal_content(stored, "shared")
    await seal_told(stored)


migrations = [
    Migration(1, "Attempts of quarantined deliveries", carry_attempts_over),
    Migration(2, "The authority beside shared documents", name_the_authority_of("shared", "tasks")),
    Migration(3, "What is kept is sealed", seal_everything),
]
