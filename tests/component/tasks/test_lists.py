"""Lists are read as they are shown: no more, in order, and nothing falls out of sight behind what is over."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from chassis import clock
from chassis.outbox import task_id_of
from chassis.telemetry import DATABASE_COMMANDS
from contracts.api.tasks import MOST_WAITING
from contracts.forms import ContributionStarted
from services.tasks.model.listing import PAGE_SIZE, DeskFilter, Window
from services.tasks.model.record import LISTED_STATES
from services.tasks.store.queries import (
    BY_DUE_DATE,
    EVERYTHING,
    LATEST_FIRST,
    ORDERS,
    Narrowing,
    Order,
    closed,
    held_by_groups,
    in_order,
    picked_up,
    shown,
    snoozed,
    waiting,
)
from tests.component.tasks.conftest import Tasks
from tests.component.tasks.test_delegations import ACCEPTED, new_email, new_id
from tests.support.broker import Broker
from tests.support.events import publish
from tests.support.eventually import eventually
from tests.support.measures import Measures

HISTORY = 1_100
WINDOWS = [Window(clock.now() - timedelta(days=30), ["bristol", "oxfordshire"])]
SEVERAL_WINDOWS = [*WINDOWS, Window(clock.now() - timedelta(days=60), ["ealing"])]
SOME = Narrowing(DeskFilter(form="f", words="gab"), [["token"]])
OF_EALING = Narrowing(DeskFilter(authority="ealing"))
IN_PROGRESS = Narrowing(DeskFilter(progress="in_progress"))
TODAY = date(2031, 1, 1)
COUNCILS = ["bristol", "ealing", "oxfordshire"]
QUERIES: dict[str, tuple[Mapping[str, Any], Order]] = {
    "assigned": (shown("a@b.example", ["bristol"], EVERYTHING, TODAY), BY_DUE_DATE),
    "narrowed": (shown("a@b.example", ["bristol"], SOME, TODAY), BY_DUE_DATE),
    "of one status": (shown("a@b.example", ["bristol"], IN_PROGRESS, TODAY), BY_DUE_DATE),
    "snoozed": (snoozed("a@b.example", ["bristol"], EVERYTHING, TODAY), BY_DUE_DATE),
    "waiting": (waiting(["bristol:g", "bristol:h"], ["bristol"], EVERYTHING), BY_DUE_DATE),
    "retracted": (closed("a@b.example", "retracted", WINDOWS, EVERYTHING), LATEST_FIRST["retracted"]),
    "submitted": (closed("a@b.example", "submitted", WINDOWS, EVERYTHING), LATEST_FIRST["submitted"]),
    "in several windows": (closed("a@b.example", "submitted", SEVERAL_WINDOWS, SOME), LATEST_FIRST["submitted"]),
    "picked up": (picked_up(["bristol"], ["bristol:g"]), BY_DUE_DATE),
    "picked up or declined": (picked_up(["bristol"], ["bristol:g"], LISTED_STATES), BY_DUE_DATE),
    "held by groups": (held_by_groups(["bristol:g", "bristol:h"], COUNCILS), BY_DUE_DATE),
    "of one council": (shown("a@b.example", COUNCILS, OF_EALING, TODAY), in_order("authority", OF_EALING)),
    **{f"assigned by {name}": (shown("a@b.example", COUNCILS, EVERYTHING, TODAY), ORDERS[name]) for name in ORDERS},
    **{f"narrowed by {name}": (shown("a@b.example", COUNCILS, SOME, TODAY), ORDERS[name]) for name in ORDERS},
    **{f"snoozed by {name}": (snoozed("a@b.example", COUNCILS, EVERYTHING, TODAY), ORDERS[name]) for name in ORDERS},
    **{f"waiting by {name}": (waiting(["bristol:g", "bristol:h"], COUNCILS, SOME), ORDERS[name]) for name in ORDERS},
}
COUNTED = ("assigned", "snoozed", "waiting", "retracted", "submitted")


async def a_group_with_history(tasks: Tasks, email: str) -> str:
    """A work group whose member has submitted a thousand forms, long ago."""
    long_ago = clock.now() - timedelta(days=700)
    return await a_group_with(tasks, email, {"state": "submitted", "submitted_at": long_ago}, listed_for=email)


async def a_group_with(tasks: Tasks, email: str, row: dict[str, Any], **changes: str) -> str:
    """A work group in which one form waits, and a thousand like it that have no keys, changed by these."""
    group, delegation_id = new_id(), new_id()
    members = [{"email": email, "is_manager": False}]
    defined = {"work_group_id": group, "name": "Hill View", "members": members, "version": 1}
    await tasks.council.publish("council.work-group.defined.v1", defined)
    to_group = {"kind": "work_group", "work_group_id": group}
    await tasks.council.delegate(delegation_id, assignee=to_group)
    await tasks.recorder.expect(ACCEPTED, delegation_id=delegation_id)
    await eventually(lambda: tasks.database["tasks"].find_one({"delegation_id": delegation_id, "outbox": []}))
    open_one = await tasks.database["tasks"].find_one({"delegation_id": delegation_id})
    assert open_one is not None
    await tasks.database["tasks"].insert_many(
        {
            **open_one,
            "_id": f"{delegation_id}-{number}",
            "reference": f"{delegation_id}-{number}",
            "state": row.get("state", open_one["state"]),
            **changes,
            "row": open_one["row"] | row | {"task_id": f"{number}"},
        }
        for number in range(HISTORY)
    )
    return delegation_id


async def test_an_open_task_stays_in_sight_behind_any_history(tasks: Tasks, measures: Measures) -> None:
    email = new_email()
    await a_group_with_history(tasks, email)
    trips = []
    for _ in range(5):
        before = _round_trips()
        page = await tasks.list(email)
        trips.append(_round_trips() - before)
    assert len(page["group_rows"]) == page["waiting"] == 1
    assert page["counts"] == {"assigned": 0, "snoozed": 0, "retracted": 0, "submitted": 0}
    # The sweeper of the outbox reads beside it.
    assert min(trips) <= 5
    measures.report("C2", history=HISTORY, group_rows=len(page["group_rows"]), round_trips=int(min(trips)))


async def test_of_what_waits_in_groups_so_many_are_counted_and_listed(tasks: Tasks) -> None:
    email = new_email()
    await a_group_with(tasks, email, {"due_on": "2099-01-01"})
    page = await tasks.list(email)
    assert (page["waiting"], page["group_pages"], len(page["group_rows"])) == (MOST_WAITING, 40, 1)


def _round_trips() -> float:
    return sum(
        sample.value
        for metric in DATABASE_COMMANDS.collect()
        for sample in metric.samples
        if sample.name.endswith("_total") and sample.labels.get("command") in {"find", "aggregate", "count"}
    )


async def test_a_list_is_paged_in_order_and_a_page_too_far_is_the_last(tasks: Tasks) -> None:
    email, days = new_email(), [f"2026-{month:02}-{day:02}" for month in (3, 1, 2) for day in range(1, 10)]
    for day in days:
        await tasks.council.delegate(new_id(), email, due_on=day)
    await eventually(lambda: _has(tasks, email, len(days)))
    first = await tasks.list(email)
    last = await tasks.list(f"{email}", "assigned&page=99")
    shown = [row["due_on"] for row in first["rows"] + last["rows"]]
    assert shown == sorted(days)
    assert (last["page"], last["pages"], len(first["rows"])) == (2, 2, PAGE_SIZE)


async def test_a_child_is_found_by_name_and_counts_stay_whole(tasks: Tasks) -> None:
    email = new_email()
    await tasks.council.delegate(new_id(), email)
    await tasks.council.delegate(new_id(), email, subject={"person_id": "P-2", "name": "Tom Élan Example"})
    whole = await eventually(lambda: _has(tasks, email, 2))
    assert [form["key"] for form in whole["choices"]["forms"]] == [whole["rows"][0]["form"]]
    assert whole["choices"]["authorities"] == ["bristol"]

    async def found(words: str) -> list[str]:
        narrowed = await tasks.search(email, words)
        assert narrowed["counts"]["assigned"] == 2
        return sorted(row["subject_name"] for row in narrowed["rows"])

    assert await found("elan TO") == ["Tom Élan Example"]
    assert await found("exa") == ["Gabriel Example", "Tom Élan Example"]
    assert await found("tom gabriel") == []
    assert (await tasks.list(email, "assigned&form=none&authority=bristol"))["rows"] == []


async def test_a_row_says_whether_its_form_was_started_and_the_list_is_narrowed_by_that(
    tasks: Tasks, shared_broker: Broker
) -> None:
    email, started, untouched = new_email(), new_id(), new_id()
    await publish(shared_broker, "forms", a_start(started), times=2)
    await eventually(lambda: tasks.database["tasks"].find_one({"delegation_id": started, "request": None}))
    for delegation_id in (started, untouched):
        await tasks.council.delegate(delegation_id, email)
    whole = await eventually(lambda: _has(tasks, email, 2))
    assert sorted(row["progress"] for row in whole["rows"]) == ["in_progress", "not_started"], "told before the request"
    assert whole["choices"]["progress"] == ["not_started", "in_progress", "returned", "declined"]
    assert [row["progress"] for row in (await tasks.list(email, "assigned&progress=not_started"))["rows"]] == [
        "not_started"
    ]
    await publish(shared_broker, "forms", a_start(untouched))

    async def both() -> bool:
        return [row["progress"] for row in (await tasks.list(email))["rows"]] == ["in_progress"] * 2

    await eventually(both)
    assert (await tasks.list(email, "assigned&progress=not_started"))["rows"] == []


def a_start(delegation_id: str) -> ContributionStarted:
    task_id = task_id_of("bristol", delegation_id)
    return ContributionStarted(
        task_id=task_id, authority="bristol", delegation_id=delegation_id, started_at=clock.now()
    )


async def begin(tasks: Tasks, broker: Broker, delegation_id: str) -> None:
    """Somebody gives the first answer in a form of Bristol's."""
    await publish(broker, "forms", a_start(delegation_id))
    task_id = task_id_of("bristol", delegation_id)
    await eventually(lambda: tasks.database["tasks"].find_one({"_id": task_id, "started_at": {"$ne": None}}))


async def _has(tasks: Tasks, email: str, count: int) -> dict[str, Any] | None:
    """The list, read after all of them are there: the parts of one answer are read side by side."""
    page = await tasks.list(email)
    return await tasks.list(email) if page["counts"]["assigned"] == count else None


@pytest.fixture(scope="module")
async def desks(tasks: Tasks) -> None:
    """Tasks in every list: which index is the best one shows only where there is something to find."""
    states = ("assigned", "returned", "declined", "retracted", "submitted", "in_group")
    await tasks.database["tasks"].insert_many(
        {
            "_id": f"desk-{number}",
            "reference": f"desk-{number}",
            "authority": COUNCILS[number // 18 % 3],
            "state": (state := states[number % len(states)]),
            "listed_for": f"bristol:{'gh'[number % 2]}"
            if state == "in_group"
            else f"{'abc'[number // 6 % 3]}@b.example",
            "picked_up_from": f"bristol:{'gh'[number % 2]}",
            "row": {
                "authority": COUNCILS[number // 18 % 3],
                "form": "fg"[number // 36 % 2],
                "form_title": ("Advice", "Report")[number // 36 % 2],
                "received_at": clock.now() - timedelta(days=number % 40),
                "kind": f"kind {number % 5}",
                "name_tokens": ["token"],
                "progress": "in_progress",
                "due_on": f"2031-01-{number % 28 + 1:02}",
                **({"snoozed_until": (None, "2031-01-09")[number % 4 // 2]} if number % 2 else {}),
                f"{state}_at": clock.now() - timedelta(days=number % 50),
            },
        }
        for number in range(2160)
    )


@pytest.mark.usefixtures("mongod_only", "desks")
@pytest.mark.parametrize("name", QUERIES)
async def test_a_list_is_read_by_an_index_in_its_own_order(tasks: Tasks, name: str) -> None:
    query, order = QUERIES[name]
    plan = await tasks.database.command(
        "explain", {"find": "tasks", "filter": query, "sort": dict(order), "limit": 25}, verbosity="queryPlanner"
    )
    stages = _stages(plan["queryPlanner"]["winningPlan"])
    assert "IXSCAN" in stages, plan
    assert not {"COLLSCAN", "SORT"} & stages, plan


@pytest.mark.usefixtures("mongod_only", "desks")
@pytest.mark.parametrize("name", COUNTED)
async def test_a_list_is_counted_in_its_index_alone(tasks: Tasks, name: str) -> None:
    plan = await _plan(tasks, [{"$match": QUERIES[name][0]}, {"$group": {"_id": None, "found": {"$sum": 1}}}])
    assert "IXSCAN" in plan
    assert not {"COLLSCAN", "FETCH"} & plan, plan


@pytest.mark.usefixtures("mongod_only", "desks")
async def test_the_kinds_of_tasks_are_looked_up_once_each(tasks: Tasks) -> None:
    plan = await _plan(tasks, [{"$match": {"listed_for": "a@b.example"}}, {"$group": {"_id": "$row.kind"}}])
    assert "DISTINCT_SCAN" in plan, plan
    groups = {"listed_for": {"$in": ["bristol:g", "bristol:h"]}}
    plan = await _plan(tasks, [{"$match": groups}, {"$group": {"_id": "$row.kind"}}])
    assert not {"COLLSCAN", "FETCH"} & plan, plan


async def _plan(tasks: Tasks, stages: list[dict[str, Any]]) -> set[str]:
    command = {"aggregate": "tasks", "pipeline": stages, "cursor": {}}
    plan = await tasks.database.command("explain", command, verbosity="queryPlanner")
    (queried,) = plan["stages"][:1] if "stages" in plan else [{"$cursor": plan}]
    return _stages(queried["$cursor"]["queryPlanner"]["winningPlan"])


def _stages(plan: Any) -> set[str]:
    if isinstance(plan, dict):
        own = {plan["stage"]} if isinstance(plan.get("stage"), str) else set[str]()
        return own.union(*(_stages(inner) for inner in plan.values()))
    return set[str]().union(*(_stages(inner) for inner in plan)) if isinstance(plan, list) else set()
