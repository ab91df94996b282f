"""Where tasks are kept: by id, by holder, by authority."""

from collections.abc import Sequence

from pymongo import ASCENDING, IndexModel

from chassis.database import Document, OutboxCollection, storable
from chassis.repository import Decide, DecideFound, Key, Mapper, Repository
from contracts.addresses import address_key
from contracts.api.tasks import TaskState
from services.tasks.model.listing import row_of
from services.tasks.model.task import Task
from services.tasks.model.work_group import group_key


def _found_by(task: Task) -> Document:
    """What the lists are found by, and what they show."""
    if task.request is None:
        return {"state": "unrequested", "listed_for": None}
    row = storable(row_of(task).model_dump())
    found_by = {"state": task.state, "listed_for": _listed_for(task), "row": row}
    if not task.moves:
        return found_by
    return found_by | {"picked_up_from": _picked_up_from(task), "moved_from": _moved_from(task)}


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


MAPPER = Mapper(Task, id_field="task_id", beside=_found_by, sparse=["reference"])


class TaskStore:
    """Tasks by id, by holder, by authority."""

    def __init__(self, documents: OutboxCollection) -> None:
        self._documents = documents
        self._tasks = Repository(documents, MAPPER)

    async def prepare(self) -> None:
        """Makes the indexes."""
        await self._tasks.ensure_indexes(
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

    async def get(self, authority: str, task_id: str) -> Task | None:
        """A task of one authority."""
        return await self._tasks.get(Key(authority, task_id))

    async def find(self, authorities: Sequence[str], task_id: str) -> Task | None:
        """A task of any authority that is served here."""
        return await self._tasks.find_one(authorities, {"_id": task_id})

    async def change(self, authority: str, task_id: str, decide: Decide[Task], *, is_new: bool = False) -> Task:
        """What `decide` makes of it, with what is told (`Repository.change`)."""
        return await self._tasks.change(Key(authority, task_id), decide, is_new=is_new)

    async def change_found(self, authorities: Sequence[str], task_id: str, decide: DecideFound[Task]) -> Task | None:
        """The same for a task of any authority that is served here; None where there is none."""
        return await self._tasks.change_found(authorities, {"_id": task_id}, decide)

    async def of_authority(self, authority: str, state: TaskState | None, after: str, limit: int) -> list[Task]:
        """A page of an authority's tasks in the order of their ids."""
        states = [state] if state else ["assigned", "in_group", "returned", "declined", "retracted", "submitted"]
        query = {"state": {"$in": states}, "_id": {"$gt": after}}
        return await self._tasks.find([authority], query, sort=[("_id", ASCENDING)], limit=limit)

    async def authorities_naming(self, authorities: Sequence[str], email: str) -> list[str]:
        """The authorities that have delegated something to this address."""
        query = {"listed_for": address_key(email), "authority": {"$in": list(authorities)}}
        return sorted(await self._documents.raw.distinct("authority", query))
