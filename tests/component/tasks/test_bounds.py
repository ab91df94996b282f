"""At the bound of what is said of one task: councils and people are refused, and told why."""

import pytest

from services.tasks.model import task as model
from tests.component.tasks.conftest import Tasks
from tests.component.tasks.test_delegations import OPENED, new_email, new_id
from tests.component.tasks.test_re_assigning import Team


async def test_one_amendment_too_many_is_answered_and_changes_nothing(
    tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "MOST_AMENDMENTS", 2)
    delegation_id, email = new_id(), new_email()
    await tasks.council.delegate(delegation_id, email)
    task_id = (await tasks.recorder.expect(OPENED, delegation_id=delegation_id))["task_id"]
    for number in range(3):
        body = {"delegation_id": delegation_id, "comments": f"Change {number}"}
        message_id = await tasks.council.publish("council.delegation.amended.v1", body)
        if number < 2:
            await tasks.recorder.expect("tasks.task.amended.v1", delegation_id=delegation_id, comments=body["comments"])
    told = await tasks.council.expect("portal.message.rejected.v1", message_id=message_id)
    assert (told.body["code"], told.body["field"]) == ("too_many_amendments", "/delegation_id")
    assert (await tasks.kept(task_id)).comments == "Change 1"


async def test_one_move_too_many_is_refused_in_words(tasks: Tasks, monkeypatch: pytest.MonkeyPatch) -> None:
    team = await Team(tasks).gather()
    monkeypatch.setattr(model, "MOST_MOVES", 2)
    assert (await team.give(team.manager, team.tom)).status_code == 204
    refused = await team.give(team.manager, team.sandra)
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_moves")
    assert "has changed hands" in refused.json()["detail"]
    assert (await tasks.kept(team.task_id)).holder.email == team.tom
