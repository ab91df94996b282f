"""The reminder ladder by the clock: who is told, what the council hears, and what ends it."""

from datetime import date, timedelta
from typing import Any

import pytest

from chassis import clock
from contracts.authority import ReminderRules
from services.tasks.model.reminding import reminded_at
from tests.component.tasks.conftest import Later, Tasks
from tests.component.tasks.test_asks import DECIDED, DECLINED, WHY, Delegated
from tests.component.tasks.test_delegations import ACCEPTED, new_email, new_id
from tests.component.tasks.test_lists import begin
from tests.support.broker import Broker
from tests.support.eventually import eventually, stays

REMINDED = "tasks.task.reminded.v1"
SENT = "portal.reminder.sent.v1"
ASSIGNED = "tasks.task.assigned.v1"
OVERDUE = "portal.delegation.overdue.v1"
_WEDNESDAY = 2


def days_until(due_on: date, step: int) -> int:
    """How far the clock is moved for this step to be due."""
    return (reminded_at(due_on, step) - clock.unmoved()).days + 1


@pytest.fixture
def due_on() -> date:
    """A Wednesday around which no two steps fall on the same working day."""
    day = clock.unmoved().date() + timedelta(days=60)
    day += timedelta(days=(_WEDNESDAY - day.weekday()) % 7)
    steps = ReminderRules().steps
    while len({reminded_at(day, step) for step in steps}) < len(steps):
        day += timedelta(days=7)
    return day


@pytest.fixture
async def one(tasks: Tasks, due_on: date, shared_broker: Broker) -> Delegated:
    """It is begun, so that reminders are of its date alone."""
    one = Delegated(tasks, new_id(), new_email())
    await tasks.council.delegate(one.delegation_id, one.email, due_on=due_on.isoformat())
    await one.hears(ACCEPTED)
    await begin(tasks, shared_broker, one.delegation_id)
    return one


async def reminded(one: Delegated, count: int) -> list[dict[str, Any]]:
    await eventually(lambda: one.heard(REMINDED) >= count)
    return [heard.body for heard in one.tasks.recorder.of(REMINDED, delegation_id=one.delegation_id)]


async def test_whoever_has_it_is_reminded_step_by_step_and_once_each(
    one: Delegated, due_on: date, later: Later
) -> None:
    assert await stays(lambda: one.heard(REMINDED) == 0)
    later(days_until(due_on, -14))
    (first,) = await reminded(one, 1)
    assert (first["step"], first["due_on"], [to["email"] for to in first["tell"]]) == (
        -14,
        due_on.isoformat(),
        [one.email],
    )
    later(days_until(due_on, 1))
    told = await reminded(one, 2)
    assert [each["step"] for each in told] == [-14, 1], "what was missed is not sent"
    await one.hears(OVERDUE)
    assert [each.body["step"] for each in one.tasks.recorder.of(SENT, delegation_id=one.delegation_id)] == [-14, 1]
    assert await stays(lambda: one.heard(REMINDED) == 2)


async def test_a_new_date_begins_the_ladder_anew(one: Delegated, due_on: date, later: Later) -> None:
    moved = due_on + timedelta(days=30)
    await one.tasks.council.publish(
        "council.delegation.amended.v1", {"delegation_id": one.delegation_id, "due_on": moved.isoformat()}
    )
    await one.hears("tasks.task.amended.v1")
    later(days_until(due_on, 0))
    assert await stays(lambda: one.heard(REMINDED) == 0)
    later(days_until(moved, -14))
    assert [each["due_on"] for each in await reminded(one, 1)] == [moved.isoformat()]


async def test_nobody_is_reminded_of_what_is_declined_until_the_council_gives_it_back(
    one: Delegated, due_on: date, later: Later
) -> None:
    await one.ask("decline", WHY)
    later(days_until(due_on, -14))
    assert await stays(lambda: one.heard(REMINDED) == 0)
    await one.tasks.council.publish(DECIDED, {"delegation_id": one.delegation_id, "decision": "refused"})
    await one.hears("tasks.task.decided.v1")
    later(days_until(due_on, -3))
    assert [each["step"] for each in await reminded(one, 1)] == [-3]


async def given_on(one: Delegated, former: str, heir: str) -> dict[str, Any]:
    """Declined, and re-delegated by the council: what is told of it."""
    moves = one.heard(ASSIGNED)
    await one.ask("decline", WHY, former)
    await one.tasks.recorder.expect(DECLINED, delegation_id=one.delegation_id, by=former)
    await one.decide("re-delegated", assignee={"kind": "person", "email": heir}, comments=heir)
    await eventually(lambda: one.heard(ASSIGNED) > moves)
    return one.tasks.recorder.of(ASSIGNED, delegation_id=one.delegation_id)[-1].body


async def test_whoever_gets_it_has_the_rest_of_the_ladder_and_after_its_end_hears_of_the_date_that_has_passed(
    one: Delegated, due_on: date, later: Later
) -> None:
    second, third = new_email(), new_email()
    later(days_until(due_on, -14))
    await reminded(one, 1)
    await given_on(one, one.email, second)
    later(days_until(due_on, 7))
    told = (await reminded(one, 2))[-1]
    assert (told["step"], told["due_on"], [to["email"] for to in told["tell"]]) == (7, due_on.isoformat(), [second])
    given = await given_on(one, second, third)
    assert ([to["email"] for to in given["tell"]], given["due_on"]) == ([third], due_on.isoformat())
    assert given["assigned_at"][:10] > given["due_on"]
    later(days_until(due_on, 60))
    assert await stays(lambda: one.heard(REMINDED) == 2)


async def test_a_withdrawal_ends_it(one: Delegated, due_on: date, later: Later) -> None:
    await one.tasks.council.publish(
        "council.delegation.retracted.v1", {"delegation_id": one.delegation_id, "reason": "-"}
    )
    await one.hears("tasks.task.retracted.v1")
    later(days_until(due_on, 7))
    assert await stays(lambda: one.heard(REMINDED) == 0)


async def test_managers_of_its_group_are_told_when_it_is_late(
    tasks: Tasks, due_on: date, shared_broker: Broker, later: Later
) -> None:
    group, member, manager = new_id(), new_email(), new_email()
    members = [{"email": member, "is_manager": False}, {"email": manager, "is_manager": True}]
    defined = {"work_group_id": group, "name": "Hill View", "members": members, "version": 1}
    await tasks.council.publish("council.work-group.defined.v1", defined)
    one = Delegated(tasks, new_id(), member)
    assignee = {"kind": "work_group", "work_group_id": group}
    await tasks.council.delegate(one.delegation_id, assignee=assignee, due_on=due_on.isoformat())
    await one.hears(ACCEPTED)
    picked_up = await tasks.client.post(f"/tasks/{one.task_id}/pickup", headers=tasks.as_person(member))
    assert picked_up.status_code == 200
    await begin(tasks, shared_broker, one.delegation_id)
    later(days_until(due_on, 0))
    later(days_until(due_on, 3))
    told = (await reminded(one, 1))[-1]
    assert ([to["email"] for to in told["tell"]], [to["email"] for to in told["managers"]]) == ([member], [manager])
