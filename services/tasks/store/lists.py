"""Where lists are read from: which page, in which order and how many is answered by the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel

from chassis.database import Document, OutboxCollection
from contracts.addresses import address_key
from contracts.api.tasks import Tab, TaskRow, TaskState
from services.tasks.model.listing import PAGE_SIZE, STATES_OF, DeskFilter, Window
from services.tasks.model.task import OPEN_STATES, Task
from services.tasks.store.tasks import MAPPER

Query = Mapping[str, Any]
Order = Sequence[tuple[str, int]]

BY_DUE_DATE: Order = [("row.due_on", ASCENDING), ("_id", ASCENDING)]
LATEST_FIRST: dict[Tab, Order] = {
    "retracted": [("row.retracted_at", DESCENDING), ("_id", ASCENDING)],
    "submitted": [("row.submitted_at", DESCENDING), ("_id", ASCENDING)],
}
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

    def __init__(self, documents: OutboxCollection) -> None:
        self._documents = documents

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
        found = await self._documents.find(
            query, sort=order, skip=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE, projection={"row": 1}
        )
        return [_row(document) for document in found]

    async def kinds(self, queries: Sequence[Query]) -> list[TaskRow]:
        """One row of each combination of council, form, child and progress."""
        kind = ["$row.form", "/", "$row.child", "/", {"$ifNull": ["$row.progress", ""]}]
        stages: list[Document] = [
            {"$match": {"$or": list(queries)}},
            # One text, because SecantusDB does not tell apart groups by a document.
            {"$group": {"_id": {"$concat": kind}, "row": {"$first": "$row"}}},
            {"$limit": MOST_CHOICES},
        ]
        return [_row(document) async for document in self._documents.raw.aggregate(stages)]

    async def picked_up_from(
        self, authorities: Sequence[str], groups: Sequence[str], *, skip: int, limit: int
    ) -> list[TaskRow]:
        """Open tasks that members of these groups have picked up, the earliest due first."""
        query = picked_up(authorities, groups)
        found = await self._documents.find(query, sort=BY_DUE_DATE, skip=skip, limit=limit, projection={"row": 1})
        return [_row(document) for document in found]

    async def moved_from(self, authorities: Sequence[str], email: str, since: datetime) -> list[Task]:
        """What others have taken from a person, the latest first."""
        found = await self._documents.find(moved(authorities, email, since), sort=MOVED_LAST, limit=MOST_MOVED)
        return [MAPPER.aggregate(document) for document in found]

    async def waiting_in(self, authority: str, group: str, limit: int) -> list[str]:
        """The delegations that wait in a work group, the earliest due first."""
        query = waiting([group], [authority], DeskFilter())
        found = await self._documents.find(query, sort=BY_DUE_DATE, limit=limit, projection={"delegation_id": 1})
        return [document["delegation_id"] for document in found]


def listed(email: str, authorities: Sequence[str], wanted: DeskFilter) -> Query:
    """What a person has to do."""
    query = {
        "listed_for": address_key(email),
        "authority": {"$in": list(authorities)},
        "state": {"$in": list(OPEN_STATES)},
    }
    return query | _narrowed(wanted) | ({"row.progress": wanted.progress} if wanted.progress else {})


def waiting(groups: Sequence[str], authorities: Sequence[str], wanted: DeskFilter) -> Query:
    """What waits in work groups."""
    query = {"listed_for": {"$in": list(groups)}, "authority": {"$in": list(authorities)}, "state": "in_group"}
    return query | _narrowed(wanted)


def closed(email: str, tab: Tab, windows: Sequence[Window], wanted: DeskFilter) -> Query:
    """What is over and still shown, in each authority's own window."""
    field = f"row.{tab}_at"
    since = [{"authority": {"$in": each.authorities}, field: {"$gt": each.since}} for each in windows]
    query: Document = {"listed_for": address_key(email), "state": tab}
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


def moved(authorities: Sequence[str], email: str, since: datetime) -> Query:
    """What others have taken from a person."""
    query = {"moved_from": address_key(email), "authority": {"$in": list(authorities)}}
    return query | {"row.moved_at": {"$gt": since}}


def _narrowed(wanted: DeskFilter) -> Document:
    fields = {"row.form": wanted.form, "row.child": wanted.child, "row.authority": wanted.authority}
    return {field: value for field, value in fields.items() if value}


def _row(document: Document) -> TaskRow:
    return TaskRow.model_validate(document["row"])
