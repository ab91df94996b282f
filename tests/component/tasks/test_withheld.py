"""A council that insists on a stronger sign-in: of its forms nothing is shown, and nothing changed, without one."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from chassis.identity import Professional, sign_professional
from chassis.tokens import Signer
from tests.component.tasks.conftest import Tasks
from tests.component.tasks.test_delegations import ACCEPTED, new_email, new_id
from tests.support.broker import Broker
from tests.support.council import Council

STRICT = "oxfordshire"


@pytest.fixture
async def strict(shared_broker: Broker) -> AsyncIterator[Council]:
    async with Council(STRICT, shared_broker.url_of(STRICT), "", "", "") as council:
        yield council


class Weakly:
    """Somebody who has signed in by less than one council insists on."""

    def __init__(self, tasks: Tasks, email: str) -> None:
        self.client = tasks.client
        person = Professional("account-of-them", email, "Sandra Professional", withheld=(STRICT,))
        token = sign_professional(Signer(tasks.key, issuer="gateway"), person, "tasks")
        self.headers = {"Authorization": f"Bearer {token}"}

    async def get(self, address: str) -> dict[str, Any]:
        return dict((await self.client.get(address, headers=self.headers)).json())

    async def tries(self, method: str, address: str, **given: Any) -> tuple[int, str]:
        answer = await self.client.request(method, address, headers=self.headers, **given)
        return answer.status_code, answer.json()["code"]


async def delegated(tasks: Tasks, council: Council, email: str, **changes: Any) -> str:
    delegation_id = new_id()
    await council.delegate(delegation_id, email, **changes)
    return str((await tasks.recorder.expect(ACCEPTED, delegation_id=delegation_id))["task_id"])


async def test_lists_and_counts_leave_them_out_and_say_whose_they_are(tasks: Tasks, strict: Council) -> None:
    email, group = new_email(), new_id()
    for council in (tasks.council, strict):
        await delegated(tasks, council, email)
        await council.define_group(group, [email])
        await delegated(tasks, council, email, assignee={"kind": "work_group", "work_group_id": group})
    seen = await Weakly(tasks, email).get("/tasks?tab=assigned")
    assert {row["authority"] for row in [*seen["rows"], *seen["group_rows"]]} == {"bristol"}
    assert (seen["counts"]["assigned"], seen["waiting"]) == (1, 1)
    assert (seen["choices"]["authorities"], seen["withheld"]) == (["bristol"], [STRICT])
    whole = await tasks.list(email)
    assert (whole["counts"]["assigned"], whole["waiting"], whole["withheld"]) == (2, 2, [])


async def test_who_has_nothing_there_hears_nothing_of_it(tasks: Tasks) -> None:
    email = new_email()
    await delegated(tasks, tasks.council, email)
    assert (await Weakly(tasks, email).get("/tasks?tab=assigned"))["withheld"] == []


async def test_none_is_opened_or_changed_and_a_stranger_does_not_learn_that_there_is_one(
    tasks: Tasks, strict: Council
) -> None:
    email, group = new_email(), new_id()
    await strict.define_group(group, [email])
    own = await delegated(tasks, strict, email)
    waiting = await delegated(tasks, strict, email, assignee={"kind": "work_group", "work_group_id": group})
    person, stranger = Weakly(tasks, email), Weakly(tasks, new_email())
    assert await person.tries("POST", f"/tasks/{own}/grant") == (403, "app_needed")
    assert await person.tries("GET", f"/tasks/{waiting}/look") == (403, "app_needed")
    assert await stranger.tries("POST", f"/tasks/{own}/grant") == (404, "unknown_task")
    assert await person.tries("POST", f"/tasks/{waiting}/pickup") == (404, "unknown_task")
    why = {"reason_code": "not_known", "explanation": "Not known to us"}
    assert await person.tries("POST", f"/tasks/{own}/decline", json=why) == (404, "unknown_task")
    assert (await tasks.client.post(f"/tasks/{own}/grant", headers=tasks.as_person(email))).status_code == 200


async def test_a_manager_sees_nothing_of_a_group_there(tasks: Tasks, strict: Council) -> None:
    email, group = new_email(), new_id()
    members = [{"email": email, "is_manager": True}]
    await strict.publish(
        "council.work-group.defined.v1", {"work_group_id": group, "name": "Hill View", "members": members, "version": 1}
    )
    await delegated(tasks, strict, email, assignee={"kind": "work_group", "work_group_id": group})
    assert (await Weakly(tasks, email).get("/group-tasks"))["manages"] == []
    answer = await tasks.client.get("/group-tasks", headers=tasks.as_person(email))
    assert len(answer.json()["waiting"]) == 1
