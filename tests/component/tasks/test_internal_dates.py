"""A sooner date of the council's own: kept beside the due date, and worked to where the authority says so."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from chassis import clock
from tests.component.tasks.conftest import Later, Tasks
from tests.component.tasks.test_asks import Delegated
from tests.component.tasks.test_delegations import ACCEPTED, OPENED, REJECTED, new_email, new_id
from tests.component.tasks.test_reminders import OVERDUE, REMINDED, SENT, days_until
from tests.support.broker import Broker
from tests.support.council import Council
from tests.support.eventually import eventually, stays
from tests.support.service import council

AMENDED = "council.delegation.amended.v1"
TOLD = "tasks.task.amended.v1"
WORKS_TO_INTERNAL = "oxfordshire"
DATES = {"due_on": "2031-09-05", "internal_due_on": "2031-08-22"}


@pytest.fixture(scope="module")
async def oxfordshire(shared_broker: Broker) -> AsyncIterator[Council]:
    """Works to its internal dates (`deploy/authorities/oxfordshire.json`); Bristol to due dates."""
    async with Council(WORKS_TO_INTERNAL, shared_broker.url_of(WORKS_TO_INTERNAL), "", "", "") as one:
        yield one


async def delegated(tasks: Tasks, by: Council, **dates: Any) -> Delegated:
    one = Delegated(tasks, new_id(), new_email())
    await by.delegate(one.delegation_id, one.email, **{**DATES, **dates})
    await one.hears(OPENED)
    return one


async def row(one: Delegated) -> dict[str, Any]:
    (found,) = (await one.tasks.list(one.email))["rows"]
    return dict(found)


async def refused(tasks: Tasks, message_id: str) -> tuple[str, str]:
    rejected = await tasks.recorder.expect(REJECTED, message_id=message_id)
    return rejected["code"], rejected["field"]


async def test_both_dates_are_kept_and_the_one_counts_that_the_authority_works_to(
    tasks: Tasks, oxfordshire: Council
) -> None:
    for by, target in ((tasks.council, "2031-09-05"), (oxfordshire, "2031-08-22")):
        one = await delegated(tasks, by)
        for name in (ACCEPTED, OPENED):
            assert (await one.hears(name))["due_on"] == "2031-09-05"
        assert (await one.hears(ACCEPTED))["internal_due_on"] == "2031-08-22"
        assert (await one.hears(OPENED)).get("target_on", "2031-09-05") == target
        headers = council(tasks.key, "tasks", by.authority)
        state = (await tasks.client.get(f"/delegations/{one.delegation_id}", headers=headers)).json()
        assert (state["due_on"], state["internal_due_on"]) == ("2031-09-05", "2031-08-22")
        shown = await row(one)
        assert shown["due_on"] == target
        view = await tasks.client.get(f"/tasks/{shown['task_id']}", headers=tasks.as_person(one.email))
        task = view.json()
        assert (task["due_on"], task["target_on"]) == ("2031-09-05", target)
        assert task["due"]["internal_due_on"] == "2031-08-22"
        calendar = await tasks.client.get("/calendar", headers=tasks.as_person(one.email))
        assert [due["due_on"] for due in calendar.json()["due"]] == [target]


async def test_a_list_is_sorted_by_the_dates_that_count(tasks: Tasks, oxfordshire: Council) -> None:
    email = new_email()
    for by, days in ((tasks.council, DATES), (oxfordshire, DATES), (tasks.council, {"due_on": "2031-08-30"})):
        await by.delegate(new_id(), email, **days)
    page = await eventually(lambda: _three(tasks, email))
    assert [found["due_on"] for found in page["rows"]] == ["2031-08-22", "2031-08-30", "2031-09-05"]


async def _three(tasks: Tasks, email: str) -> dict[str, Any] | None:
    page = await tasks.list(email)
    return page if len(page["rows"]) == 3 else None


async def test_an_internal_date_is_never_after_the_due_date_nor_out_of_range(tasks: Tasks) -> None:
    later = {"internal_due_on": "2031-09-06"}
    after = ("internal_date_after_due_date", "/internal_due_on")
    for dates in (DATES | later, {"received_on": "2031-01-01", "due_on": None, "internal_due_on": "2031-02-13"}):
        assert await refused(tasks, await tasks.council.delegate(new_id(), **dates)) == after
    never = await tasks.council.delegate(new_id(), internal_due_on="2200-01-01")
    assert await refused(tasks, never) == ("invalid", "/internal_due_on")
    one = await delegated(tasks, tasks.council)
    said = {"delegation_id": one.delegation_id}
    assert await refused(tasks, await tasks.council.publish(AMENDED, said | later)) == after
    both = {"due_on": "2031-09-05", "internal_due_on": "2031-09-06"}
    assert await refused(tasks, await tasks.council.publish(AMENDED, said | both)) == after
    assert (await one.state())["internal_due_on"] == "2031-08-22"
    # Of the day itself it is not sooner, and says nothing.
    await tasks.council.publish(AMENDED, said | {"internal_due_on": "2031-09-05"})
    await one.hears(TOLD)
    assert "internal_due_on" not in await one.state()


async def test_an_amendment_that_overtook_its_request_is_checked_with_it(tasks: Tasks) -> None:
    one, wrong = Delegated(tasks, new_id(), new_email()), {"internal_due_on": "2031-09-06"}
    right = {"internal_due_on": "2031-08-01", "amended_at": "2031-01-01T09:00:00Z"}
    messages = [
        await tasks.council.publish(AMENDED, {"delegation_id": one.delegation_id} | what) for what in (wrong, right)
    ]
    kept = {"delegation_id": one.delegation_id, "amendments": {"$exists": True}, "version": 2}
    await eventually(lambda: tasks.database["tasks"].find_one(kept))
    await tasks.council.delegate(one.delegation_id, one.email, **DATES)
    assert (await one.hears(ACCEPTED))["internal_due_on"] == "2031-08-01"
    assert await refused(tasks, messages[0]) == ("internal_date_after_due_date", "/internal_due_on")


async def test_an_amendment_moves_either_date(tasks: Tasks, oxfordshire: Council) -> None:
    one = await delegated(tasks, oxfordshire)
    for dates, target in (
        ({"internal_due_on": "2031-08-01"}, "2031-08-01"),
        ({"due_on": "2031-10-01"}, "2031-08-01"),
        ({"due_on": "2031-07-01"}, "2031-07-01"),
    ):
        changes = (await row(one))["due_changes"]
        await oxfordshire.publish(AMENDED, {"delegation_id": one.delegation_id, **dates})
        assert (await eventually(partial(_moved, one, changes)))["due_on"] == target


async def _moved(one: Delegated, changes: int) -> dict[str, Any] | None:
    found = await row(one)
    return found if found["due_changes"] > changes else None


@pytest.fixture
def due_on() -> date:
    """A Wednesday, in two months."""
    day = clock.unmoved().date() + timedelta(days=60)
    return day + timedelta(days=(2 - day.weekday()) % 7)


async def test_reminders_count_from_the_one_and_what_is_overdue_from_the_other(
    tasks: Tasks, oxfordshire: Council, due_on: date, later: Later
) -> None:
    group, member, manager = new_id(), new_email(), new_email()
    await oxfordshire.define_group(group, [manager, member])
    one, internal = Delegated(tasks, new_id(), member), due_on - timedelta(days=21)
    dates = {"due_on": due_on.isoformat(), "internal_due_on": internal.isoformat()}
    assignee = {"kind": "work_group", "work_group_id": group}
    await oxfordshire.delegate(one.delegation_id, assignee=assignee, **dates)
    task_id = (await one.hears(OPENED))["task_id"]
    picked = await tasks.client.post(f"/tasks/{task_id}/pickup", headers=tasks.as_person(member))
    assert picked.status_code == 200

    def told() -> list[tuple[int, str, list[str], list[str]]]:
        """Of its dates; that nobody has begun it is told beside."""
        every = [each.body for each in tasks.recorder.of(REMINDED, delegation_id=one.delegation_id)]
        heard = [body for body in every if "unbegun_since" not in body]
        return [
            (
                each["step"],
                each["due_on"],
                [to["email"] for to in each["tell"]],
                [to["email"] for to in each["managers"]],
            )
            for each in heard
        ]

    later(days_until(internal, 1))
    await eventually(lambda: len(told()) == 1)
    assert told() == [(1, internal.isoformat(), [member], [])], "late for whoever has it, and for nobody else"
    assert await stays(lambda: one.heard(OVERDUE) == 0)
    later(days_until(due_on, 1))
    overdue = await one.hears(OVERDUE)
    assert (overdue["step"], overdue["due_on"]) == (1, due_on.isoformat())
    await eventually(lambda: (1, due_on.isoformat(), [], [manager]) in told())
    sent = [each.body for each in tasks.recorder.of(SENT, delegation_id=one.delegation_id)]
    assert {each["due_on"] for each in sent} == {internal.isoformat()}


async def test_an_internal_date_that_comes_later_is_reminded_of(
    tasks: Tasks, oxfordshire: Council, due_on: date, later: Later
) -> None:
    internal = due_on - timedelta(days=21)
    one = await delegated(tasks, oxfordshire, due_on=due_on.isoformat(), internal_due_on=None)
    amended = {"delegation_id": one.delegation_id, "internal_due_on": internal.isoformat()}
    await oxfordshire.publish(AMENDED, amended)
    assert (await one.hears(TOLD))["target_on"] == internal.isoformat()
    later(days_until(internal, -7))
    reminded = await tasks.recorder.expect(REMINDED, delegation_id=one.delegation_id, step=-7)
    assert reminded["due_on"] == internal.isoformat()
