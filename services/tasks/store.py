"""Where tasks, work groups, forms and registered people are kept; the only module here that knows the database."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Self

from pymongo import ASCENDING, IndexModel

from chassis.app import Resources
from chassis.database import Document, Documents, storable
from chassis.errors import AlreadyHandled
from chassis.outbox import Outgoing
from contracts.api.tasks import TaskRow, TaskState
from contracts.base import Contact
from services.tasks.model.form import EVERYBODYS, Form
from services.tasks.model.listing import row_of
from services.tasks.model.task import OPEN_STATES, Task, same_address
from services.tasks.model.work_group import Membership, WorkGroup, group_key

LIST_LIMIT = 1000
"""The most tasks one person's lists are made from."""

MANAGED_LIMIT = 100
"""The most groups of one authority whose members somebody may choose from."""


def _task_document(task: Task) -> Document:
    """The facts, and beside them what the lists are found by."""
    document: Document = {"_id": task.task_id, **storable(task.model_dump(exclude={"task_id"}))}
    if task.request is None:
        return document | {"state": "unrequested", "listed_for": None}
    row = storable(row_of(task).model_dump())
    document |= {"state": task.state, "listed_for": _listed_for(task), "row": row}
    return document | ({"picked_up_from": _picked_up_from(task)} if task.moves else {})


def _listed_for(task: Task) -> str:
    holder = task.holder
    if holder.kind == "person":
        return same_address(holder.email or "")
    return group_key(task.authority, holder.work_group_id or "")


def _picked_up_from(task: Task) -> str | None:
    """The group whose managers see it among its members' tasks."""
    group = task.work_group
    if group is None or task.holder.kind == "work_group":
        return None
    return group_key(task.authority, group.work_group_id or "")


def _task(document: Document) -> Task:
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
                IndexModel([("listed_for", ASCENDING), ("authority", ASCENDING), ("state", ASCENDING)]),
                IndexModel(
                    [
                        ("picked_up_from", ASCENDING),
                        ("authority", ASCENDING),
                        ("state", ASCENDING),
                        ("row.due_on", ASCENDING),
                        ("_id", ASCENDING),
                    ],
                    partialFilterExpression={"picked_up_from": {"$exists": True}},
                    name="picked_up",
                ),
            ]
        )

    async def add(self, task: Task, events: Sequence[Outgoing]) -> None:
        """AlreadyHandled where there is a task of that id."""
        await self._documents.insert(_task_document(task), events)

    async def get(self, authority: str, task_id: str) -> Task | None:
        """A task of one authority."""
        found = await self._documents.get({"_id": task_id, "authority": authority})
        return _task(found) if found else None

    async def find(self, authorities: Sequence[str], task_id: str) -> Task | None:
        """A task of any authority that is served here."""
        found = await self._documents.get({"_id": task_id, "authority": {"$in": list(authorities)}})
        return _task(found) if found else None

    async def replace(self, before: Task, after: Task, events: Sequence[Outgoing]) -> bool:
        """Writes the change where nothing else has changed since; False where something has."""
        guard = {"_id": before.task_id, "authority": before.authority, "version": before.version}
        document = _task_document(after)
        del document["_id"]
        return await self._documents.update(guard, {"$set": document}, events) is not None

    async def listed_for(
        self, authorities: Sequence[str], email: str, groups: Sequence[str], states: Sequence[TaskState]
    ) -> list[TaskRow]:
        """Every task that a person holds or that waits in one of the groups, as lists show them."""
        query = {
            "listed_for": {"$in": [same_address(email), *groups]},
            "authority": {"$in": list(authorities)},
            "state": {"$in": list(states)},
        }
        found = await self._documents.find(query, limit=LIST_LIMIT, projection={"row": 1})
        return [TaskRow.model_validate(document["row"]) for document in found]

    async def picked_up_from(
        self, authorities: Sequence[str], groups: Sequence[str], *, skip: int, limit: int
    ) -> list[TaskRow]:
        """Open tasks that members of these groups have picked up, the earliest due first."""
        query = {
            "picked_up_from": {"$in": list(groups)},
            "authority": {"$in": list(authorities)},
            "state": {"$in": list(OPEN_STATES)},
        }
        order = [("row.due_on", ASCENDING), ("_id", ASCENDING)]
        found = await self._documents.find(query, sort=order, skip=skip, limit=limit, projection={"row": 1})
        return [TaskRow.model_validate(document["row"]) for document in found]

    async def of_authority(self, authority: str, state: TaskState | None, after: str, limit: int) -> list[Task]:
        """A page of an authority's tasks in the order of their ids."""
        states = [state] if state else ["assigned", "in_group", "returned", "declined", "retracted", "submitted"]
        query = {"authority": authority, "state": {"$in": states}, "_id": {"$gt": after}}
        found = await self._documents.find(query, sort=[("_id", ASCENDING)], limit=limit)
        return [_task(document) for document in found]

    async def authorities_naming(self, authorities: Sequence[str], email: str) -> list[str]:
        """The authorities that have delegated something to this address."""
        query = {"listed_for": same_address(email), "authority": {"$in": list(authorities)}}
        found = await self._documents.find(query, limit=LIST_LIMIT, projection={"authority": 1})
        return sorted({document["authority"] for document in found})


class WorkGroupStore:
    """Work groups by id and by member."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def prepare(self) -> None:
        """Makes the indexes."""
        await self._documents.ensure_indexes(
            [
                IndexModel([("member_addresses", ASCENDING), ("authority", ASCENDING)]),
                IndexModel([("manager_addresses", ASCENDING), ("authority", ASCENDING)]),
            ]
        )

    async def put(self, group: WorkGroup) -> None:
        """Replaces an older version; AlreadyHandled where the same or a newer one is kept."""
        document = self._document(group)
        guard = {"_id": group.key, "authority": group.authority, "version": {"$lt": group.version}}
        if await self._documents.update(guard, {"$set": document}) is None:
            await self._add(group, guard, document)

    async def _add(self, group: WorkGroup, guard: Mapping[str, Any], document: Document) -> None:
        try:
            await self._documents.insert({"_id": group.key, **document})
        except AlreadyHandled:
            # Somebody else added an older version between our two writes.
            if await self._documents.update(guard, {"$set": document}) is None:
                raise

    @staticmethod
    def _document(group: WorkGroup) -> Document:
        addresses = [same_address(member.email) for member in group.members]
        managers = [same_address(member.email) for member in group.members if member.is_manager]
        return {**group.model_dump(), "member_addresses": addresses, "manager_addresses": managers}

    async def get(self, authority: str, work_group_id: str) -> WorkGroup | None:
        """A group of one authority."""
        found = await self._documents.get({"_id": group_key(authority, work_group_id), "authority": authority})
        return WorkGroup.model_validate(found) if found else None

    async def of_member(self, authorities: Sequence[str], email: str) -> list[Membership]:
        """The groups that a person is in, and whether as a manager."""
        address = same_address(email)
        query = {"member_addresses": address, "authority": {"$in": list(authorities)}}
        found = await self._documents.find(query, limit=LIST_LIMIT, projection={"authority": 1, "manager_addresses": 1})
        return [
            Membership(
                authority=document["authority"],
                key=document["_id"],
                is_manager=address in document["manager_addresses"],
            )
            for document in found
        ]

    async def managed_by(self, authority: str, email: str) -> list[WorkGroup]:
        """An authority's groups that a person manages, whole."""
        query = {"manager_addresses": same_address(email), "authority": authority}
        return [WorkGroup.model_validate(one) for one in await self._documents.find(query, limit=MANAGED_LIMIT)]


class FormStore:
    """The latest version of each form, as forms published it."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def prepare(self) -> None:
        """Makes the indexes."""
        await self._documents.ensure_indexes([])

    async def put(self, form: Form) -> None:
        """Replaces what was published earlier; AlreadyHandled where what is kept is as new."""
        document = form.model_dump()
        guard = {"_id": form.key, "published_at": {"$lt": form.published_at}}
        if await self._documents.update(guard, {"$set": document}) is None:
            await self._documents.insert({"_id": form.key, **document})

    async def get(self, authority: str, code: str) -> Form | None:
        """The newest of the authority's own version and everybody's."""
        keys = [f"{owner}:{code}" for owner in (authority, EVERYBODYS)]
        found = await self._documents.find({"_id": {"$in": keys}}, limit=len(keys))
        return max((Form.model_validate(one) for one in found), key=lambda form: form.published_at, default=None)


class PersonStore:
    """Who has registered: the authorities that know them are told, and lists show their names."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def prepare(self) -> None:
        """Makes the indexes."""
        await self._documents.ensure_indexes([IndexModel([("address", ASCENDING)])])

    async def add(self, account_id: str, person: Contact, registered_at: datetime, events: Sequence[Outgoing]) -> None:
        """AlreadyHandled where the registration was heard before."""
        document = {
            "_id": account_id,
            "address": same_address(person.email),
            "name": person.name,
            "registered_at": registered_at,
        }
        await self._documents.insert(document, events)

    async def names_of(self, addresses: Collection[str]) -> dict[str, str]:
        """The names of those who have registered, by address."""
        query = {"address": {"$in": list(addresses)}}
        found = await self._documents.find(
            query, limit=len(addresses) + 1, projection={"_id": 0, "address": 1, "name": 1}
        )
        return {document["address"]: document["name"] for document in found}


class Stores:
    """The stores of this service."""

    def __init__(self, resources: Resources) -> None:
        database, relay = resources.database, resources.relay
        self.tasks = TaskStore(database.documents("tasks", relay))
        self.work_groups = WorkGroupStore(database.documents("work_groups", relay))
        self.forms = FormStore(database.documents("forms", relay))
        self.people = PersonStore(database.documents("people", relay))

    @classmethod
    async def open(cls, resources: Resources) -> Self:
        """With every index made."""
        stores = cls(resources)
        for store in (stores.tasks, stores.work_groups, stores.forms, stores.people):
            await store.prepare()
        return stores
