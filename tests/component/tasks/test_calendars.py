"""The due dates of what somebody has, for their calendar: hidden or not, and nothing about a child or of a group."""

from typing import Any

import pytest

from services.tasks.usecases import lists
from tests.component.tasks.conftest import Tasks
from tests.component.tasks.test_delegations import OPENED, new_email, new_id
from tests.component.tasks.test_re_assigning import Team
from tests.component.tasks.test_snoozing import in_days, opened, snooze


async def due(tasks: Tasks, email: str) -> list[dict[str, Any]]:
    answer = await tasks.client.get("/calendar", headers=tasks.as_person(email))
    assert answer.status_code == 200, answer.text
    assert "Gabriel" not in answer.text
    return list(answer.json()["due"])


async def test_every_form_that_somebody_has_is_there_by_its_date_hidden_or_not(tasks: Tasks) -> None:
    email = new_email()
    later, sooner, late = await opened(tasks, email, 20, 10, -3)
    await snooze(tasks, email, [sooner], 5)
    found = await due(tasks, email)
    assert [(one["task_id"], one["due_on"]) for one in found] == [
        (late, in_days(-3)),
        (sooner, in_days(10)),
        (later, in_days(20)),
    ]
    assert found[0]["reference"].startswith("BRI-")
    assert found[0].keys() == {
        *("task_id", "reference", "authority", "form_title", "due_on", "due_changes", "due_set_at"),
    }
    assert (await tasks.client.get("/calendar")).status_code == 401


async def test_what_waits_in_a_group_or_is_anothers_is_not_there(tasks: Tasks) -> None:
    team = await Team(tasks).gather()
    assert [one["task_id"] for one in await due(tasks, team.sandra)] == [team.task_id]
    assert (await due(tasks, team.manager), await due(tasks, team.tom)) == ([], [])
    assert (await team.give(team.manager, team.group)).status_code == 204
    assert (await due(tasks, team.sandra), await due(tasks, team.tom)) == ([], [])


async def test_a_date_that_moves_says_so_and_what_is_over_goes(tasks: Tasks) -> None:
    email, delegation_id = new_email(), new_id()
    await tasks.council.delegate(delegation_id, email, due_on="2031-05-01")
    await tasks.recorder.expect(OPENED, delegation_id=delegation_id)
    (before,) = await due(tasks, email)
    amended = {"delegation_id": delegation_id, "due_on": "2031-06-01"}
    await tasks.council.publish("council.delegation.amended.v1", amended)
    await tasks.recorder.expect("tasks.task.amended.v1", delegation_id=delegation_id)
    (after,) = await due(tasks, email)
    assert (before["due_on"], before["due_changes"]) == ("2031-05-01", 0)
    assert (after["due_on"], after["due_changes"]) == ("2031-06-01", 1)
    assert before["due_set_at"] < after["due_set_at"]
    retracted = {"delegation_id": delegation_id, "reason": "Moved away"}
    await tasks.council.publish("council.delegation.retracted.v1", retracted)
    await tasks.recorder.expect("tasks.task.retracted.v1", delegation_id=delegation_id)
    assert await due(tasks, email) == []


async def test_a_calendar_is_given_so_many_dates_and_no_more(tasks: Tasks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MOST_DUE", 2)
    email = new_email()
    ids = await opened(tasks, email, 3, 4, 5)
    assert [one["task_id"] for one in await due(tasks, email)] == ids[:2]
