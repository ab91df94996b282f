"""A form that is due on no day: behind all others in every list, and nobody is reminded until the council names one."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from chassis import clock
from contracts.base import Contact
from contracts.forms import ContributionSubmitted, DefinitionPublished
from services.tasks.model.listing import PAGE_SIZE
from tests.component.tasks.conftest import Later, Tasks
from tests.component.tasks.test_asks import DECIDED, LONGER, WHY, Delegated
from tests.component.tasks.test_delegations import ACCEPTED, OPENED, new_email, new_id
from tests.component.tasks.test_lists import begin
from tests.component.tasks.test_re_assigning import Team
from tests.component.tasks.test_reminders import OVERDUE, REMINDED, days_until
from tests.component.tasks.test_returned import RETURNED, TOLD
from tests.component.tasks.test_snoozing import in_days, opened, shown, snooze
from tests.support.broker import Broker
from tests.support.events import publish
from tests.support.eventually import eventually, stays

LONG_AFTER = 3000
"""Days: beyond every step to every date that is named here."""


@pytest.fixture(scope="module")
async def form(shared_broker: Broker) -> str:
    """One that has no period of its own."""
    code = f"visit-{uuid4().hex[:8]}"
    event = DefinitionPublished(
        form=code,
        version="1",
        owner="bristol",
        title="School visit",
        prefill_schema={"type": "object"},
        published_at=clock.now(),
    )
    assert "due_days" not in event.model_dump_json()
    await publish(shared_broker, "forms", event)
    return code


async def undated(tasks: Tasks, form: str, email: str, **more: Any) -> Delegated:
    """Delegated by no day; what the request says beside is in `more`."""
    one = Delegated(tasks, new_id(), email)
    await tasks.council.delegate(one.delegation_id, email, form=form, due_on=None, prefill={}, **more)
    await one.hears(OPENED)
    return one


async def test_nobody_is_told_a_date_that_there_is_not(tasks: Tasks, form: str) -> None:
    one = await undated(tasks, form, new_email())
    assert "due_on" not in await one.hears(ACCEPTED)
    assert "due_on" not in await one.hears(OPENED)
    assert (await one.state())["due_on"] is None
    (row,) = (await tasks.list(one.email))["rows"]
    assert (row["due_on"], row["due_changes"]) == (None, 0)
    granted = await tasks.client.post(f"/tasks/{one.task_id}/grant", headers=tasks.as_person(one.email))
    task = granted.json()["task"]
    assert (task["due_on"], task["due"]["period_days"], task["due"]["dates"]) == (None, None, [])
    calendar = await tasks.client.get("/calendar", headers=tasks.as_person(one.email))
    assert calendar.json() == {"due": []}


async def test_a_form_with_a_period_still_has_its_date(tasks: Tasks) -> None:
    one = Delegated(tasks, new_id(), new_email())
    await tasks.council.delegate(one.delegation_id, one.email, received_on="2031-01-01", due_on=None)
    assert (await one.hears(ACCEPTED))["due_on"] == "2031-02-12"


async def test_it_stands_behind_all_that_have_a_date_on_whichever_page(tasks: Tasks, form: str) -> None:
    email = new_email()
    last = await undated(tasks, form, email)
    dated = await opened(tasks, email, *range(PAGE_SIZE + 1, 1, -1))
    far = Delegated(tasks, new_id(), email)
    await tasks.council.delegate(far.delegation_id, email, due_on="2199-12-31")
    await far.hears(OPENED)
    first, second = await tasks.list(email), await tasks.list(email, "assigned&page=2")
    assert [row["task_id"] for row in first["rows"] + second["rows"]] == [
        *reversed(dated),
        far.task_id,
        last.task_id,
    ]
    assert first["counts"]["assigned"] == PAGE_SIZE + 2
    assert await shown(tasks, email, f"assigned&form={form}") == [last.task_id]
    await snooze(tasks, email, [last.task_id, dated[0]], 300)
    rows = (await tasks.list(email, "snoozed"))["rows"]
    assert [(row["task_id"], row["snoozed_until"]) for row in rows] == [
        (dated[0], in_days(PAGE_SIZE + 1)),
        (last.task_id, in_days(300)),
    ]


async def test_managers_see_it_last_and_never_late(tasks: Tasks, form: str) -> None:
    team = await Team(tasks).gather()
    to_group = {"kind": "work_group", "work_group_id": team.group}
    taken, waits = [await undated(tasks, form, team.sandra, assignee=to_group) for _ in range(2)]
    dated = Delegated(tasks, new_id(), team.sandra)
    await tasks.council.delegate(dated.delegation_id, assignee=to_group, due_on="2031-09-05")
    await dated.hears(OPENED)
    picked = await tasks.client.post(f"/tasks/{taken.task_id}/pickup", headers=tasks.as_person(team.sandra))
    assert picked.status_code == 200
    listed = await team.listed(team.manager)
    assert [row["task_id"] for row in listed["rows"]] == [team.task_id, taken.task_id]
    assert [row["task_id"] for row in listed["waiting"]] == [dated.task_id, waits.task_id]
    assert [(one["open_tasks"], one["late"]) for one in listed["colleagues"]] == [(2, 0)]


async def test_no_more_time_is_asked_for_and_a_decline_is(tasks: Tasks, form: str) -> None:
    one = await undated(tasks, form, new_email())
    status, problem = await one.ask("more-time", LONGER)
    assert (status, problem["code"]) == (409, "no_due_date")
    assert (await one.ask("decline", WHY))[0] == 204
    await tasks.council.publish(DECIDED, {"delegation_id": one.delegation_id, "decision": "refused"})
    assert "due_on" not in await one.hears("tasks.task.decided.v1")


async def test_nobody_is_reminded_until_an_amendment_names_a_day(
    tasks: Tasks, form: str, shared_broker: Broker, later: Later
) -> None:
    undated_one, dated_one = [await undated(tasks, form, new_email()) for _ in range(2)]
    for one in (undated_one, dated_one):
        await begin(tasks, shared_broker, one.delegation_id)
    due_on = clock.today() + timedelta(days=60)
    amended = {"delegation_id": dated_one.delegation_id, "due_on": due_on.isoformat()}
    await tasks.council.publish("council.delegation.amended.v1", amended)
    assert (await dated_one.hears("tasks.task.amended.v1"))["due_on"] == due_on.isoformat()
    later(days_until(due_on, -14))
    await eventually(lambda: dated_one.heard(REMINDED) == 1)
    later(days_until(due_on, 1))
    await dated_one.hears(OVERDUE)
    later(LONG_AFTER)
    assert await stays(lambda: undated_one.heard(REMINDED) == undated_one.heard(OVERDUE) == 0)


async def test_a_return_and_a_decision_name_a_day(tasks: Tasks, form: str, shared_broker: Broker) -> None:
    returned, decided = [await undated(tasks, form, new_email()) for _ in range(2)]
    event = ContributionSubmitted(
        task_id=returned.task_id,
        authority="bristol",
        delegation_id=returned.delegation_id,
        contribution_id=f"c-{uuid4().hex[:8]}",
        form=form,
        file_ids=[],
        receipt="r",
        person=Contact(email=returned.email),
        submitted_at=clock.now(),
    )
    await publish(shared_broker, "forms", event)
    await returned.hears("tasks.task.completed.v1")
    await tasks.council.publish(RETURNED, {"delegation_id": returned.delegation_id, "due_on": "2031-05-01"})
    assert (await returned.hears(TOLD))["due_on"] == "2031-05-01"
    await decided.ask("decline", WHY)
    await decided.decide("refused", due_on="2031-06-01")
    assert (await decided.hears("tasks.task.decided.v1"))["due_on"] == "2031-06-01"
    for one, day in ((returned, "2031-05-01"), (decided, "2031-06-01")):
        assert [row["due_on"] for row in (await tasks.list(one.email))["rows"]] == [day]
        headers = tasks.as_person(one.email)
        assert [due["due_on"] for due in (await tasks.client.get("/calendar", headers=headers)).json()["due"]] == [day]
