"""Where all that tasks owns is kept; the only package here that knows the database."""

from typing import Self

from chassis.app import StoredServiceContext
from chassis.blobs import BlobStore
from services.tasks.store.found_by import FoundBy
from services.tasks.store.lists import ListStore
from services.tasks.store.people import FormStore, PersonStore, WorkGroupStore
from services.tasks.store.tasks import TaskStore

__all__ = ["FoundBy", "Stores"]


class Stores:
    """The stores of this service."""

    def __init__(self, context: StoredServiceContext, found_by: FoundBy) -> None:
        database, relay, keys = context.database, context.relay, context.keys
        tasks = database.outbox_collection("tasks", relay)
        self.found_by = found_by
        self.tasks = TaskStore(tasks, keys, found_by)
        self.lists = ListStore(tasks, keys, found_by)
        self.work_groups = WorkGroupStore(database.outbox_collection("work_groups", relay), keys, found_by)
        self.forms = FormStore(database.outbox_collection("forms", relay))
        self.people = PersonStore(database.outbox_collection("people", relay), keys, found_by)
        self.shared = BlobStore(database, "shared", keys)

    @classmethod
    async def open(cls, context: StoredServiceContext, found_by: FoundBy) -> Self:
        """With every index made."""
        stores = cls(context, found_by)
        for store in (stores.tasks, stores.lists, stores.work_groups, stores.forms, stores.people, stores.shared):
            await store.prepare()
        return stores
