"""The orders of what somebody has to do and of what waits in their work groups; a form that was opened is not new."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from chassis import clock
from contracts.forms import DefinitionPublished
from tests.component.tasks.conftest import FORM, PREFILL_SCHEMA, Later, Tasks
from tests.component.tasks.test_delegations import OPENED, new_email, new_id
from tests.support.broker import Broker
from tests.support.council import Council
from tests.support.events import publish
from tests.support.eventually import eventually

OTHER_FORM = "another-form"
"""By its code before the first, by its title behind it."""
AMENDED = "tasks.task.amended.v1"


@pytest.fixture(scope="module")
async def other_form(tasks: Tasks, shared_broker: Broker) -> None:
    event = DefinitionPublished(
        form=OTHER_FORM,
        version="1",
        owner="portal",
        title="Report of a visit",
        due_days=42,
        prefill_schema=PREFILL_SCHEMA,
        published_at=clock.now(),
    )
    await publish(shared_broker, "forms", event)
    await eventually(lambda: tasks.database["forms"].find_one({"form": OTHER_FORM}))


@pytest.fixture
async def oxfordshire(shared_broker: Broker) -> AsyncIterator[Council]:
    async with Council("oxfordshire", shared_broker.url_of("oxfordshire"), "", "", "") as council:
        yield council


async def delegated(tasks: Tasks, council: Council, email: str, **changes: Any) -> str:
    """The id of its task."""
    delegation_id = new_id()
    await council.delegate(delegation_id, email, **changes)
    return str((await tasks.recorder.expect(OPENED, delegation_id=delegation_id))["task_id"])


@pytest.mark.usefixtures("other_form")
async def test_what_is_to_be_done_is_listed_in_each_order(tasks: Tasks, oxfordshire: Council) -> None:
    email = new_email()
    first_report = await delegated(tasks, tasks.council, email, form=OTHER_FORM, due_on="2031-03-01")
    early_advice = await delegated(tasks, oxfordshire, email, form=FORM, due_on="2031-01-01")
    advice = await delegated(tasks, tasks.council, email, form=FORM, due_on="2031-02-01")
    last_report = await delegated(tasks, oxfordshire, email, form=OTHER_FORM, due_on="2031-04-01")

    async def listed(order: str) -> list[str]:
        return [row["task_id"] for row in (await tasks.list(email, f"assigned&order={order}"))["rows"]]

    by_due_date = [early_advice, advice, first_report, last_report]
    assert await listed("due") == by_due_date
    assert await listed("received") == [last_report, advice, early_advice, first_report]
    assert await listed("form") == by_due_date, "by title, then by due date"
    assert await listed("authority") == [advice, first_report, early_advice, last_report]
    assert await listed("surname%00") == by_due_date, "an order that there is not"


async def test_what_somebody_got_last_is_the_first_also_of_what_waits(tasks: Tasks, later: Later) -> None:
    email, group = new_email(), new_id()
    members = [{"email": email, "is_manager": True}]
    defined = {"work_group_id": group, "name": "Hill View", "members": members, "version": 1}
    await tasks.council.publish("council.work-group.defined.v1", defined)
    to_group = {"assignee": {"kind": "work_group", "work_group_id": group}}
    waited, waits = [await delegated(tasks, tasks.council, email, **to_group) for _ in range(2)]
    given = await delegated(tasks, tasks.council, email)
    waiting = await tasks.list(email, "assigned&order=received")
    assert [row["task_id"] for row in waiting["group_rows"]] == [waits, waited]
    later(1)
    picked_up = await tasks.client.post(f"/tasks/{waited}/pickup", headers=tasks.as_person(email))
    assert picked_up.status_code == 200
    page = await tasks.list(email, "assigned&order=received")
    assert [row["task_id"] for row in page["rows"]] == [waited, given]


async def test_opening_a_form_ends_what_is_new_about_it_and_writes_once(tasks: Tasks, later: Later) -> None:
    email = new_email()
    task_id = await delegated(tasks, tasks.council, email)

    async def row() -> dict[str, Any]:
        return dict((await tasks.list(email))["rows"][0])

    async def opened() -> dict[str, Any]:
        answer = await tasks.client.post(f"/tasks/{task_id}/grant", headers=tasks.as_person(email))
        assert answer.status_code == 200
        return await row()

    assert (await row())["seen_at"] is None
    stranger = await tasks.client.post(f"/tasks/{task_id}/grant", headers=tasks.as_person(new_email()))
    assert (stranger.status_code, (await row())["seen_at"]) == (404, None)
    first = await opened()
    assert first["seen_at"] > first["came_at"]
    before = await tasks.kept(task_id)
    later(1)
    assert await opened() == first
    assert await tasks.kept(task_id) == before, "nothing is written where nothing was new"
    amended = {"delegation_id": before.delegation_id, "comments": "Please add the visit of May."}
    await tasks.council.publish("council.delegation.amended.v1", amended)
    await tasks.recorder.expect(AMENDED, task_id=task_id)
    changed = await row()
    assert changed["changed_at"] > changed["seen_at"] == first["seen_at"]
    assert (await opened())["seen_at"] > changed["changed_at"]
    assert (await tasks.kept(task_id)).access_version == before.access_version, "grants of before hold"
