"""Where all that tasks owns is kept; the only package here that knows the database."""

from typing import Self

from chassis.app import StoredServiceContext
from chassis.blobs import BlobStore
from services.tasks.store.lists import ListStore
from services.tasks.store.people import FormStore, PersonStore, WorkGroupStore
from services.tasks.store.tasks import TaskStore

__all__ = ["Stores"]


class Stores:
    """The stores of this service."""

    def __init__(self, context: StoredServiceContext) -> None:
        database, relay = context.database, context.relay
        tasks = database.outbox_collection("tasks", relay)
        self.tasks = TaskStore(tasks)
        self.lists = ListStore(tasks)
        self.work_groups = WorkGroupStore(database.outbox_collection("work_groups", relay))
        self.forms = FormStore(database.outbox_collection("forms", relay))
        self.people = PersonStore(database.outbox_collection("people", relay))
        self.shared = BlobStore(database, "shared")

    @classmethod
    async def open(cls, context: StoredServiceContext) -> Self:
        """With every index made."""
        stores = cls(context)
        for store in (stores.tasks, stores.lists, stores.work_groups, stores.forms, stores.people, stores.shared):
            await store.prepare()
        return stores
