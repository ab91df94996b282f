"""Who is suggested where forms are re-assigned: by accounts and absences as heard, and what each has to do."""

from datetime import timedelta
from typing import Any

from chassis import clock
from contracts.auth import AccountChanged
from contracts.base import Contact
from tests.component.tasks.conftest import Tasks
from tests.component.tasks.test_absences import Colleague, People, delegated, in_group, people
from tests.component.tasks.test_delegations import OPENED, new_id
from tests.support.broker import Broker
from tests.support.events import publish
from tests.support.eventually import eventually

__all__ = ["people"]


async def has_role(tasks: Tasks, broker: Broker, person: Colleague, name: str, role: str) -> None:
    """They say so themselves."""
    event = AccountChanged(
        account_id=person.account_id,
        authority="bristol",
        person=Contact(email=person.email, name=name),
        role=role,
        changed_at=clock.now(),
    )
    await publish(broker, "auth", event, times=2)
    await eventually(lambda: tasks.database["people"].find_one({"_id": person.account_id, "named_at": {"$ne": None}}))


async def suggested(tasks: Tasks, task_ids: list[str], by: Colleague) -> Any:
    body = {"task_ids": task_ids, "words": ""}
    answer = await tasks.client.post("/re-assign/choices", json=body, headers=by.headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["suggestion"]


async def test_the_colleague_with_most_room_is_suggested(tasks: Tasks, people: People, shared_broker: Broker) -> None:
    manager, holder, away, free = await people(4)
    busy = await Colleague(tasks, shared_broker).register(role="senco")
    group = await in_group(tasks, manager, holder, busy, away, free)
    delegation_id, due_on = new_id(), clock.today() + timedelta(days=20)
    await tasks.council.delegate(
        delegation_id, assignee={"kind": "work_group", "work_group_id": group}, due_on=due_on.isoformat()
    )
    task_id = (await tasks.recorder.expect(OPENED, delegation_id=delegation_id))["task_id"]
    assert (await tasks.client.post(f"/tasks/{task_id}/pickup", headers=holder.headers)).status_code == 200
    await delegated(tasks, busy)
    assert (await away.say(first=20, last=30)).status_code == 204
    found = await suggested(tasks, [task_id], manager)
    assert (found["email"], found["open_tasks"], found["is_of_same_role"]) == (free.email, 0, False)
    assert found["until"] == due_on.isoformat()
    for person, role in ((holder, "SENCO"), (free, "Teacher")):
        await has_role(tasks, shared_broker, person, "Sandra", role)
    found = await suggested(tasks, [task_id], manager)
    assert (found["email"], found["open_tasks"], found["is_of_same_role"]) == (busy.email, 1, True)
    kept = await tasks.database["people"].find_one({"_id": busy.account_id})
    assert "senco" not in str(kept), "a role is sealed"
