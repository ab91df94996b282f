"""Where tasks are kept: by id, by holder, by authority."""

from collections.abc import Sequence

from pymongo import ASCENDING, IndexModel

from chassis.database import OutboxCollection
from chassis.documents import Document, Key
from chassis.keys import KeyRing
from chassis.repository import Decide, DecideFound, Mapper, Repository
from contracts.api.tasks import TaskState
from services.tasks.model.task import Task
from services.tasks.store.found_by import FoundBy

_TO_DECIDE: Document = {"row.asked": {"$gt": ""}}


def task_mapper(found_by: FoundBy) -> Mapper[Task]:
    """How a task stands in its document."""
    return Mapper(Task, id_field="task_id", beside=found_by.task, sparse=["reference"])


class TaskStore:
    """Tasks by id, by holder, by authority."""

    def __init__(self, documents: OutboxCollection, keys: KeyRing, found_by: FoundBy) -> None:
        self._documents = documents
        self._found_by = found_by
        self._tasks = Repository(documents, task_mapper(found_by), keys)

    async def prepare(self) -> None:
        """Makes the indexes."""
        await self._tasks.ensure_indexes(
            [
                IndexModel([("authority", ASCENDING), ("state", ASCENDING), ("_id", ASCENDING)]),
                IndexModel([("listed_for", ASCENDING), ("_id", ASCENDING)]),
                IndexModel(
                    [("authority", ASCENDING), ("reference", ASCENDING)],
                    unique=True,
                    partialFilterExpression={"reference": {"$exists": True}},
                    name="reference",
                ),
                IndexModel(
                    [("authority", ASCENDING), ("_id", ASCENDING)],
                    partialFilterExpression=_TO_DECIDE,
                    name="to_decide",
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

    async def of_authority(
        self, authority: str, state: TaskState | None, after: str, limit: int, *, to_decide: bool = False
    ) -> list[Task]:
        """A page of an authority's tasks in the order of their ids; or of what it has to decide."""
        states = [state] if state else ["assigned", "in_group", "returned", "declined", "retracted", "submitted"]
        query = {"state": {"$in": states}, "_id": {"$gt": after}} | (_TO_DECIDE if to_decide else {})
        return await self._tasks.find([authority], query, sort=[("_id", ASCENDING)], limit=limit)

    async def held_by(self, authorities: Sequence[str], email: str, after: str, limit: int) -> list[Key]:
        """A page of what somebody has or had, open or over, in the order of their ids."""
        whose = {"listed_for": self._found_by.address(email), "authority": {"$in": list(authorities)}}
        query = {**whose, "_id": {"$gt": after}}
        order = [("_id", ASCENDING)]
        found = await self._documents.find(query, sort=order, limit=limit, projection={"authority": 1})
        return [Key(document["authority"], document["_id"]) for document in found]

    async def authorities_naming(self, authorities: Sequence[str], email: str) -> list[str]:
        """The authorities that have delegated something to this address."""
        query = {"listed_for": self._found_by.address(email), "authority": {"$in": list(authorities)}}
        return sorted(await self._documents.raw.distinct("authority", query))
