"""What each list of tasks is read by, and in which order. Pure; `who` is a person by `FoundBy.address`."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from pymongo import ASCENDING, DESCENDING

from chassis.documents import Document
from contracts.api.tasks import ListOrder, Tab, TaskState
from services.tasks.model.listing import DeskFilter, Window
from services.tasks.model.record import LISTED_STATES, OPEN_STATES

Query = Mapping[str, Any]
Order = Sequence[tuple[str, int]]
BY_DUE_DATE: Order = [("row.due_on", ASCENDING), ("_id", ASCENDING)]
ORDERS: dict[ListOrder, Order] = {
    "due": BY_DUE_DATE,
    "received": [("row.received_at", DESCENDING), ("_id", ASCENDING)],
    "form": [("row.form_title", ASCENDING), *BY_DUE_DATE],
    "authority": [("row.authority", ASCENDING), *BY_DUE_DATE],
}
"""In which somebody reads what they have to do, and what waits in their work groups."""
LATEST_FIRST: dict[Tab, Order] = {
    "retracted": [("row.retracted_at", DESCENDING), ("_id", ASCENDING)],
    "submitted": [("row.submitted_at", DESCENDING), ("_id", ASCENDING)],
}
MOVED_LAST: Order = [("row.moved_at", DESCENDING), ("_id", ASCENDING)]
SNOOZED = "row.snoozed_until"


class Narrowing(NamedTuple):
    """What somebody wants to see of a list."""

    wanted: DeskFilter = DeskFilter()
    names: Sequence[Sequence[str]] = ()
    """By what each word that is looked for is found."""


EVERYTHING = Narrowing()


def in_order(order: ListOrder, narrowing: Narrowing) -> Order:
    """What is of one council alone is sorted by its due dates at once: by two keys no index would be read in order."""
    return BY_DUE_DATE if order == "authority" and narrowing.wanted.authority else ORDERS[order]


def shown(who: str, authorities: Sequence[str], narrowing: Narrowing, today: date) -> Query:
    """What a person has to do, without what is hidden from them today."""
    # Rows of an older version do not say so: they are shown.
    return listed(who, authorities, narrowing) | {SNOOZED: {"$not": {"$gt": today.isoformat()}}}


def snoozed(who: str, authorities: Sequence[str], narrowing: Narrowing, today: date) -> Query:
    """What is hidden from them today."""
    return listed(who, authorities, narrowing) | {SNOOZED: {"$gt": today.isoformat()}}


def finds_nothing(query: Query) -> bool:
    """Whether it asks about nobody: of whoever is in no work group nothing waits."""
    return bool(query.get("listed_for") == {"$in": []})


def waiting(groups: Sequence[str], authorities: Sequence[str], narrowing: Narrowing) -> Query:
    """What waits in work groups."""
    query = {"listed_for": {"$in": list(groups)}, "authority": {"$in": list(authorities)}, "state": "in_group"}
    return query | _narrowed(narrowing)


def held_by_groups(groups: Sequence[str], authorities: Sequence[str]) -> Query:
    """What work groups have: what waits in them, and what a member has declined from there: it may wait there again."""
    states = ["in_group", "declined"]
    return {"listed_for": {"$in": list(groups)}, "authority": {"$in": list(authorities)}, "state": {"$in": states}}


def closed(who: str, tab: Tab, windows: Sequence[Window], narrowing: Narrowing) -> Query:
    """What is over and still shown, in each authority's own window."""
    field = f"row.{tab}_at"
    since = [{"authority": {"$in": each.authorities}, field: {"$gt": each.since}} for each in windows]
    query = {"listed_for": who, "state": tab, field: {"$gt": min(each.since for each in windows)}}
    in_window = {"$or": since} if len(since) > 1 else since[0]
    return query | in_window | _narrowed(narrowing)


def picked_up(authorities: Sequence[str], groups: Sequence[str], states: Sequence[TaskState] = OPEN_STATES) -> Query:
    """What members of these groups have picked up and not finished; with `LISTED_STATES` also what they declined."""
    return {
        "picked_up_from": {"$in": list(groups)},
        "authority": {"$in": list(authorities)},
        "state": {"$in": list(states)},
    }


def moved(authorities: Sequence[str], who: str, since: datetime) -> Query:
    """What others have taken from a person."""
    query = {"moved_from": who, "authority": {"$in": list(authorities)}}
    return query | {"row.moved_at": {"$gt": since}}


def listed(who: str, authorities: Sequence[str], narrowing: Narrowing) -> Document:
    """What a person has to do, hidden or not."""
    query = {
        "listed_for": who,
        "authority": {"$in": list(authorities)},
        "state": {"$in": list(LISTED_STATES)},
    }
    progress = narrowing.wanted.progress
    return query | _narrowed(narrowing) | ({"row.progress": progress} if progress else {})


def _narrowed(narrowing: Narrowing) -> Document:
    fields = {"row.form": narrowing.wanted.form, "row.authority": narrowing.wanted.authority}
    chosen: Document = {field: value for field, value in fields.items() if value}
    if narrowing.names:
        chosen["$and"] = [{"row.name_tokens": {"$in": list(tokens)}} for tokens in narrowing.names]
    return chosen
