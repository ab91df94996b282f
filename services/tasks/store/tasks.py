"""Where tasks are kept: by id, by holder, by authority."""

from collections.abc import Sequence

from pymongo import ASCENDING, IndexModel

from chassis.database import Document, Documents, storable
from chassis.outbox import Outgoing
from contracts.addresses import address_key
from contracts.api.tasks import TaskState
from services.tasks.model.listing import row_of
from services.tasks.model.task import Task
from services.tasks.model.work_group import group_key


def _task_document(task: Task) -> Document:
    """The facts, and beside them what the lists are found by."""
    document: Document = {"_id": task.task_id, **storable(task.model_dump(exclude={"task_id"}))}
    if not task.reference:
        # The unique index holds those that are there.
        del document["reference"]
    if task.request is None:
        return document | {"state": "unrequested", "listed_for": None}
    row = storable(row_of(task).model_dump())
    document |= {"state": task.state, "listed_for": _listed_for(task), "row": row}
    if not task.moves:
        return document
    return document | {"picked_up_from": _picked_up_from(task), "moved_from": _moved_from(task)}


def _listed_for(task: Task) -> str:
    holder = task.holder
    if holder.kind == "person":
        return address_key(holder.email or "")
    return group_key(task.authority, holder.work_group_id or "")


def _picked_up_from(task: Task) -> str | None:
    """The group whose managers see it among its members' tasks."""
    group = task.work_group
    if group is None or task.holder.kind == "work_group":
        return None
    return group_key(task.authority, group.work_group_id or "")


def _moved_from(task: Task) -> str | None:
    """Who had it until somebody else moved it."""
    former = task.model_copy(update={"moves": task.moves[:-1]}).holder.email
    return address_key(former) if former and task.was_taken_from(former) else None


def task_of(document: Document) -> Task:
    """A task as it was kept."""
    return Task.model_validate({**document, "task_id": document["_id"]})


class TaskStore:
    """Tasks by id, by holder, by authority."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def prepare(self) -> None:
        """Makes the indexes."""
        await self._documents.ensure_indexes(
            [
                IndexModel([("authority", ASCENDING), ("state", ASCENDING), ("_id", ASCENDING)]),
                IndexModel(
                    [("authority", ASCENDING), ("reference", ASCENDING)],
                    unique=True,
                    partialFilterExpression={"reference": {"$exists": True}},
                    name="reference",
                ),
            ]
        )

    async def add(self, task: Task, events: Sequence[Outgoing]) -> None:
        """AlreadyHandled where there is a task of that id, or of that reference."""
        await self._documents.insert(_task_document(task), events)

    async def get(self, authority: str, task_id: str) -> Task | None:
        """A task of one authority."""
        found = await self._documents.get({"_id": task_id, "authority": authority})
        return task_of(found) if found else None

    async def find(self, authorities: Sequence[str], task_id: str) -> Task | None:
        """A task of any authority that is served here."""
        found = await self._documents.get({"_id": task_id, "authority": {"$in": list(authorities)}})
        return task_of(found) if found else None

    async def replace(self, before: Task, after: Task, events: Sequence[Outgoing]) -> bool:
        """Writes the change where nothing else has changed since; False where something has.

        AlreadyHandled where another task has its reference.
        """
        guard = {"_id": before.task_id, "authority": before.authority, "version": before.version}
        document = _task_document(after)
        del document["_id"]
        return await self._documents.update(guard, {"$set": document}, events) is not None

    async def of_authority(self, authority: str, state: TaskState | None, after: str, limit: int) -> list[Task]:
        """A page of an authority's tasks in the order of their ids."""
        states = [state] if state else ["assigned", "in_group", "returned", "declined", "retracted", "submitted"]
        query = {"authority": authority, "state": {"$in": states}, "_id": {"$gt": after}}
        found = await self._documents.find(query, sort=[("_id", ASCENDING)], limit=limit)
        return [task_of(document) for document in found]

    async def authorities_naming(self, authorities: Sequence[str], email: str) -> list[str]:
        """The authorities that have delegated something to this address."""
        query = {"listed_for": address_key(email), "authority": {"$in": list(authorities)}}
        return sorted(await self._documents.raw.distinct("authority", query))
