"""Where lists are read from: which page, in which order and how many is answered by the database.

`who` is a person as the database finds them (`FoundBy.address`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel

from chassis.database import OutboxCollection
from chassis.documents import Document, Key
from chassis.keys import KeyRing
from chassis.sealing import Sealing, sealed_fields
from contracts.api.tasks import Tab, TaskRow, TaskState
from services.tasks.model.listing import PAGE_SIZE, STATES_OF, DeskFilter, ListedRow, Window
from services.tasks.model.task import OPEN_STATES, Task
from services.tasks.store.tasks import TaskStore

Query = Mapping[str, Any]
Order = Sequence[tuple[str, int]]

BY_DUE_DATE: Order = [("row.due_on", ASCENDING), ("_id", ASCENDING)]
LATEST_FIRST: dict[Tab, Order] = {
    "retracted": [("row.retracted_at", DESCENDING), ("_id", ASCENDING)],
    "submitted": [("row.submitted_at", DESCENDING), ("_id", ASCENDING)],
}
_SHOWN = {"row": 1}
_SEALED = sealed_fields(ListedRow)
_STATES: dict[str, tuple[TaskState, ...]] = {
    **{str(tab): of for tab, of in STATES_OF.items()},
    "waiting": ("in_group",),
}
MOVED_LAST: Order = [("row.moved_at", DESCENDING), ("_id", ASCENDING)]
MOST_MOVED = 5
MOST_CHOICES = 1000
"""The most combinations of council, form, child and progress that filters are made from."""


class ListStore:
    """Rows of lists, of the same documents as tasks."""

    def __init__(self, documents: OutboxCollection, keys: KeyRing, tasks: TaskStore) -> None:
        self._documents = documents
        self._keys = keys
        self._tasks = tasks

    async def prepare(self) -> None:
        """An index for each order in which a list is read."""
        await self._documents.ensure_indexes(
            [
                IndexModel([("listed_for", ASCENDING), ("state", ASCENDING), *BY_DUE_DATE], name="listed"),
                *(
                    IndexModel(
                        [("listed_for", ASCENDING), *order],
                        name=f"listed_{tab}",
                        partialFilterExpression={"state": tab},
                    )
                    for tab, order in LATEST_FIRST.items()
                ),
                IndexModel(
                    [("moved_from", ASCENDING), *MOVED_LAST],
                    partialFilterExpression={"moved_from": {"$exists": True}},
                    name="moved",
                ),
                IndexModel(
                    [("picked_up_from", ASCENDING), ("state", ASCENDING), *BY_DUE_DATE],
                    partialFilterExpression={"picked_up_from": {"$exists": True}},
                    name="listed_picked_up",
                ),
            ]
        )

    async def counts(self, queries: Mapping[str, Query]) -> dict[str, int]:
        """How many each query finds, in one round trip."""
        stages: list[Document] = [
            {"$match": {"$or": list(queries.values())}},
            {"$group": {"_id": "$state", "count": {"$sum": 1}}},
        ]
        found = {one["_id"]: one["count"] async for one in self._documents.raw.aggregate(stages)}
        return {name: sum(found.get(state, 0) for state in _STATES[name]) for name in queries}

    async def page(self, query: Query, order: Order, page: int) -> list[TaskRow]:
        """A page of rows."""
        skip = (page - 1) * PAGE_SIZE
        found = await self._documents.find(query, sort=order, skip=skip, limit=PAGE_SIZE, projection=_SHOWN)
        return await self._rows(found)

    async def kinds(self, queries: Sequence[Query]) -> list[TaskRow]:
        """One row of each combination of council, form, child and progress."""
        kind = ["$row.form", "/", "$row.child", "/", {"$ifNull": ["$row.progress", ""]}]
        stages: list[Document] = [
            {"$match": {"$or": list(queries)}},
            # One text, because SecantusDB does not tell apart groups by a document.
            {"$group": {"_id": {"$concat": kind}, "of": {"$first": {"_id": "$_id", "row": "$row"}}}},
            {"$limit": MOST_CHOICES},
        ]
        return await self._rows([document["of"] async for document in self._documents.raw.aggregate(stages)])

    async def picked_up_from(
        self, authorities: Sequence[str], groups: Sequence[str], *, skip: int, limit: int
    ) -> list[TaskRow]:
        """Open tasks that members of these groups have picked up, the earliest due first."""
        query = picked_up(authorities, groups)
        found = await self._documents.find(query, sort=BY_DUE_DATE, skip=skip, limit=limit, projection=_SHOWN)
        return await self._rows(found)

    async def _rows(self, documents: Sequence[Document]) -> list[TaskRow]:
        """Opened with one query for their keys; without those that are being erased."""
        keys = await self._keys.of_all(map(_key, documents))
        name = self._documents.raw.name
        return [
            TaskRow.model_validate(_SEALED.open(document["row"], Sealing(keys[key], name), "row")["shown"])
            for document in documents
            if (key := _key(document)) in keys
        ]

    async def moved_from(self, authorities: Sequence[str], who: str, since: datetime) -> list[Task]:
        """What others have taken from a person, the latest first."""
        found = await self._documents.find(moved(authorities, who, since), sort=MOVED_LAST, limit=MOST_MOVED)
        return await self._tasks.opened(found)

    async def waiting_in(self, authority: str, group: str, limit: int) -> list[str]:
        """The delegations that wait in a work group, the earliest due first."""
        query = waiting([group], [authority], DeskFilter())
        found = await self._documents.find(query, sort=BY_DUE_DATE, limit=limit, projection={"delegation_id": 1})
        return [document["delegation_id"] for document in found]


def listed(who: str, authorities: Sequence[str], wanted: DeskFilter) -> Query:
    """What a person has to do."""
    query = {
        "listed_for": who,
        "authority": {"$in": list(authorities)},
        "state": {"$in": list(OPEN_STATES)},
    }
    return query | _narrowed(wanted) | ({"row.progress": wanted.progress} if wanted.progress else {})


def waiting(groups: Sequence[str], authorities: Sequence[str], wanted: DeskFilter) -> Query:
    """What waits in work groups."""
    query = {"listed_for": {"$in": list(groups)}, "authority": {"$in": list(authorities)}, "state": "in_group"}
    return query | _narrowed(wanted)


def closed(who: str, tab: Tab, windows: Sequence[Window], wanted: DeskFilter) -> Query:
    """What is over and still shown, in each authority's own window."""
    field = f"row.{tab}_at"
    since = [{"authority": {"$in": each.authorities}, field: {"$gt": each.since}} for each in windows]
    query: Document = {"listed_for": who, "state": tab}
    query |= since[0] if len(since) == 1 else {"$or": since}
    narrowed = _narrowed(wanted)
    return {"$and": [query, narrowed]} if narrowed else query


def picked_up(authorities: Sequence[str], groups: Sequence[str]) -> Query:
    """What members of these groups have picked up and not finished."""
    return {
        "picked_up_from": {"$in": list(groups)},
        "authority": {"$in": list(authorities)},
        "state": {"$in": list(OPEN_STATES)},
    }


def moved(authorities: Sequence[str], who: str, since: datetime) -> Query:
    """What others have taken from a person."""
    query = {"moved_from": who, "authority": {"$in": list(authorities)}}
    return query | {"row.moved_at": {"$gt": since}}


def _narrowed(wanted: DeskFilter) -> Document:
    fields = {"row.form": wanted.form, "row.child": wanted.child, "row.authority": wanted.authority}
    return {field: value for field, value in fields.items() if value}


def _key(document: Document) -> Key:
    return Key(document["row"]["authority"], document["_id"])
