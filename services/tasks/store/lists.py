"""Where lists are read from: which page, in which order and how many is answered by the database.

`who` is a person as the database finds them (`FoundBy.address`); what each list is read by stands in `queries`.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from pymongo import ASCENDING, DESCENDING, IndexModel

from chassis.database import OutboxCollection
from chassis.documents import Document, Key, storable
from chassis.keys import KeyRing
from chassis.sealing import Sealing, sealed_fields
from contracts.addresses import address_key
from contracts.api.tasks import MOST_WAITING, Colleague, TaskRow
from services.tasks.model.listing import PAGE_SIZE, Kind, ListedRow
from services.tasks.model.record import LISTED_STATES
from services.tasks.store.found_by import FoundBy
from services.tasks.store.queries import (
    BY_DUE_DATE,
    EVERYTHING,
    LATEST_FIRST,
    MOVED_LAST,
    ORDERS,
    SNOOZED,
    Order,
    Query,
    finds_nothing,
    held_by_groups,
    listed,
    picked_up,
)

Stages = list[Document]

MOST_MOVED = 5
_MOST_COLLEAGUES = 50
_MOST_KINDS = 1000
_SHOWN = {"row": 1}
_SEALED = sealed_fields(ListedRow)
_COUNTED = "authority"
"""With `SNOOZED` it stands at the end of an index, so that what is counted is counted in it alone."""


class Listed(NamedTuple):
    """What a list is read by, in which order, and which page of it."""

    query: Query
    order: Order
    page: int = 1
    size: int = PAGE_SIZE


class Desk(NamedTuple):
    """What was found, by the names under which it was asked for."""

    counts: Mapping[str, int]
    rows: Mapping[str, list[TaskRow]]
    kinds: list[Kind]


class ListStore:
    """Rows of lists, of the same documents as tasks."""

    def __init__(self, documents: OutboxCollection, keys: KeyRing, found_by: FoundBy) -> None:
        self._found_by = found_by
        self._documents = documents
        self._keys = keys

    async def prepare(self) -> None:
        """An index for each order in which a list is read."""
        await self._documents.ensure_indexes(
            [
                *(
                    IndexModel(_desk_index(order), name="desk_shown" if name == "due" else f"desk_{name}")
                    for name, order in ORDERS.items()
                ),
                *(
                    IndexModel(
                        [("listed_for", ASCENDING), ("state", ASCENDING), *order, (_COUNTED, ASCENDING)],
                        name=f"desk_{tab}",
                        partialFilterExpression={"state": tab},
                    )
                    for tab, order in LATEST_FIRST.items()
                ),
                IndexModel([("listed_for", ASCENDING), ("row.kind", ASCENDING)], name="desk_kinds"),
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
                IndexModel(
                    [
                        *((field, ASCENDING) for field in ("picked_up_from", "state", "listed_for", "row.due_on")),
                        *((field, ASCENDING) for field in ("_id", _COUNTED)),
                    ],
                    partialFilterExpression={"picked_up_from": {"$exists": True}},
                    name="picked_up_by",
                ),
            ]
        )

    async def desk(
        self, counted: Mapping[str, Query], listed: Mapping[str, Listed], who: str, groups: Sequence[str]
    ) -> Desk:
        """How many each query finds, a page of each list, and of which kinds a person's and groups' tasks are.

        In one read.
        """
        parts = {
            **{f"count {name}": _counting(query) for name, query in counted.items() if not finds_nothing(query)},
            **{f"rows {name}": _page(asked) for name, asked in listed.items() if not finds_nothing(asked.query)},
            "kinds": _kinds(who),
            **({"kinds of groups": _kinds({"$in": list(groups)})} if groups else {}),
        }
        found = {one["_id"]: one["found"] async for one in self._documents.raw.aggregate(self._together(parts))}
        pages = {name: found.get(f"rows {name}", []) for name in listed}
        opened = await self._opened([document for page in pages.values() for document in page])
        return Desk(
            counts={name: found.get(f"count {name}", 0) for name in counted},
            rows={
                name: [opened[key] for document in page if (key := _key(document)) in opened]
                for name, page in pages.items()
            },
            kinds=[Kind.parsed(kind) for name in ("kinds", "kinds of groups") for kind in found.get(name, []) if kind],
        )

    def _together(self, parts: Mapping[str, Stages]) -> Stages:
        """One document of each part that finds something, its name as its `_id`."""
        first, *others = ([*stages, {"$set": {"_id": name}}] for name, stages in parts.items())
        return first + [{"$unionWith": {"coll": self._documents.raw.name, "pipeline": stages}} for stages in others]

    async def picked_up_from(
        self, authorities: Sequence[str], groups: Sequence[str], *, skip: int, limit: int
    ) -> list[TaskRow]:
        """What members of these groups have picked up or declined since, the earliest due first."""
        query = picked_up(authorities, groups, LISTED_STATES)
        found = await self._documents.find(query, sort=BY_DUE_DATE, skip=skip, limit=limit, projection=_SHOWN)
        return list((await self._opened(found)).values())

    async def due(self, who: str, authorities: Sequence[str], limit: int) -> list[TaskRow]:
        """What a person has to do, hidden or not, the earliest due first."""
        query = listed(who, authorities, EVERYTHING)
        found = await self._documents.find(query, sort=BY_DUE_DATE, limit=limit, projection=_SHOWN)
        return list((await self._opened(found)).values())

    async def colleagues(self, authorities: Sequence[str], groups: Sequence[str], today: date) -> list[Colleague]:
        """Who has picked up most from these groups, council by council."""
        counting: Stages = [
            {"$match": dict(picked_up(authorities, groups))},
            {
                "$group": {
                    "_id": {"who": "$listed_for", "authority": "$authority"},
                    "open_tasks": {"$sum": 1},
                    "late": {"$sum": {"$cond": [{"$lt": ["$row.due_on", storable(today)]}, 1, 0]}},
                    "task_id": {"$min": "$_id"},
                }
            },
            {"$sort": {"open_tasks": DESCENDING, "_id": ASCENDING}},
            {"$limit": _MOST_COLLEAGUES},
        ]
        found = [one async for one in self._documents.raw.aggregate(counting)]
        query = {"_id": {"$in": [one["task_id"] for one in found]}, "authority": {"$in": list(authorities)}}
        rows = await self._opened(await self._documents.find(query, limit=_MOST_COLLEAGUES, projection=_SHOWN))
        known = {key.id: {"authority": key.authority, "name": row.holder_name} for key, row in rows.items()}
        return [Colleague.model_validate({**one, **known[one["task_id"]]}) for one in found if one["task_id"] in known]

    async def picked_up_by(self, authority: str, groups: Sequence[str], email: str, limit: int) -> list[str]:
        """What one person has picked up from these groups, the earliest due first."""
        query = {**picked_up([authority], groups), "listed_for": self._found_by.address(email)}
        found = await self._documents.find(query, sort=BY_DUE_DATE, limit=limit, projection={"_id": 1})
        return [document["_id"] for document in found]

    async def loads(self, authority: str, emails: Collection[str]) -> dict[str, int]:
        """How many of an authority's forms each of these has to fill in; by the address as it is compared."""
        found_by = {self._found_by.address(email): address_key(email) for email in emails}
        query = {"listed_for": {"$in": list(found_by)}, "authority": authority, "state": {"$in": list(LISTED_STATES)}}
        counting = [{"$match": query}, {"$group": {"_id": "$listed_for", "found": {"$sum": 1}}}]
        return {found_by[one["_id"]]: one["found"] async for one in self._documents.raw.aggregate(counting)}

    async def waiting_for(
        self, authorities: Sequence[str], groups: Sequence[str], *, skip: int, limit: int
    ) -> list[TaskRow]:
        """What waits in these groups, or was declined from there and waits for its council, the earliest due first."""
        query = held_by_groups(groups, authorities)
        found = await self._documents.find(query, sort=BY_DUE_DATE, skip=skip, limit=limit, projection=_SHOWN)
        return list((await self._opened(found)).values())

    async def _opened(self, documents: Sequence[Document]) -> dict[Key, TaskRow]:
        """In their order, with one query for their keys; without those that are being erased."""
        keys = await self._keys.of_all(map(_key, documents))
        name = self._documents.raw.name
        return {
            key: TaskRow.model_validate(_SEALED.open(document["row"], Sealing(keys[key], name), "row")["shown"])
            for document in documents
            if (key := _key(document)) in keys
        }

    async def waiting_in(self, authority: str, group: str, limit: int) -> list[str]:
        """The delegations that wait in a work group, or for its council's answer, the earliest due first."""
        query = held_by_groups([group], [authority])
        found = await self._documents.find(query, sort=BY_DUE_DATE, limit=limit, projection={"delegation_id": 1})
        return [document["delegation_id"] for document in found]


def _desk_index(order: Order) -> list[tuple[str, int]]:
    """By whose it is, in this order; what is counted and what is hidden at its end."""
    return [("listed_for", ASCENDING), ("state", ASCENDING), *order, (_COUNTED, ASCENDING), (SNOOZED, ASCENDING)]


def _counting(query: Query) -> Stages:
    """Each row that is counted costs its step in an index; of what waits in work groups there may be any number."""
    enough: Stages = [{"$limit": MOST_WAITING}] if query["state"] == "in_group" else []
    return [{"$match": query}, *enough, {"$group": {"_id": None, "found": {"$sum": 1}}}]


def _page(asked: Listed) -> Stages:
    return [
        {"$match": asked.query},
        {"$sort": dict(asked.order)},
        {"$skip": (asked.page - 1) * asked.size},
        {"$limit": asked.size},
        {"$project": _SHOWN},
        # The parts of a union come in any order; inside a list it stays.
        {"$group": {"_id": None, "found": {"$push": "$$ROOT"}}},
    ]


def _kinds(whose: str | Mapping[str, Any]) -> Stages:
    """Of one person's each kind is looked up once, however many tasks are of it: that is why no authority is named."""
    return [
        {"$match": {"listed_for": whose}},
        {"$group": {"_id": "$row.kind"}},
        {"$limit": _MOST_KINDS},
        {"$group": {"_id": None, "found": {"$push": "$_id"}}},
    ]


def _key(document: Document) -> Key:
    return Key(document["row"]["authority"], document["_id"])
