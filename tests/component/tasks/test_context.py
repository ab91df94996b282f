"""Events say whose doing they are and what they answer, from the council's message and the person's request on."""

from uuid import uuid4

from chassis import context
from tests.component.tasks.conftest import Tasks
from tests.component.tasks.test_delegations import ACCEPTED, OPENED, new_email, new_id
from tests.support.council import request
from tests.support.eventually import eventually
from tests.support.recorder import Heard
from tests.support.service import council

ASSIGNED = "tasks.task.assigned.v1"
FORGED = {
    context.HEADER_ACTOR: "account:of-somebody",
    context.HEADER_CAUSE: "another",
    context.HEADER_AUTHORITY: "oxfordshire",
}


async def heard(tasks: Tasks, name: str, delegation_id: str) -> Heard:
    (one,) = await eventually(lambda: tasks.recorder.of(name, delegation_id=delegation_id))
    return one


async def test_what_comes_of_a_councils_message_is_the_councils_whatever_the_message_claims(tasks: Tasks) -> None:
    delegation_id = new_id()
    body = request(delegation_id, new_email())
    message_id = await tasks.council.publish(
        "council.delegation.requested.v1", body, headers=FORGED, correlation_id="of its own"
    )
    opened, accepted = await heard(tasks, OPENED, delegation_id), await heard(tasks, ACCEPTED, delegation_id)
    assert opened.headers == {
        context.HEADER_CAUSE: message_id,
        context.HEADER_ACTOR: "council:bristol",
        context.HEADER_AUTHORITY: "bristol",
    }
    assert opened.correlation_id == accepted.correlation_id == context.derived("bristol", delegation_id)
    assert accepted.headers == {}


async def test_what_is_heard_is_counted_by_its_queue(tasks: Tasks) -> None:
    await tasks.council.delegate(delegation_id := new_id(), new_email())
    await heard(tasks, OPENED, delegation_id)

    async def counted() -> list[str]:
        lines = (await tasks.client.get("/metrics")).text.splitlines()
        of_queue = [line for line in lines if 'handler="tasks.open-task"' in line and not line.startswith("#")]
        return [
            line for line in of_queue if line.startswith("portal_received_processed_messages_duration_seconds_count")
        ]

    (line,) = await eventually(counted)
    assert float(line.rpartition(" ")[2]) >= 1
    assert delegation_id not in line


async def test_what_a_person_does_later_is_theirs_and_belongs_to_the_same_delegation(tasks: Tasks) -> None:
    delegation_id, sandra, group, request_id = new_id(), new_email(), f"wg-{uuid4().hex[:8]}", uuid4().hex
    await tasks.council.define_group(group, [new_email(), sandra])
    await tasks.council.delegate(delegation_id, assignee={"kind": "work_group", "work_group_id": group})
    opened = await heard(tasks, OPENED, delegation_id)
    address, headers = f"/tasks/{opened.body['task_id']}/pickup", tasks.as_person(sandra)
    await tasks.client.post(address, headers={**headers, "X-Request-ID": request_id})
    assigned = await heard(tasks, ASSIGNED, delegation_id)
    assert assigned.headers == {
        context.HEADER_CAUSE: request_id,
        context.HEADER_ACTOR: f"account:account-of-{sandra}",
        context.HEADER_AUTHORITY: "bristol",
    }
    assert assigned.correlation_id == opened.correlation_id


async def test_a_message_over_http_is_the_cause_as_one_over_the_broker_is(tasks: Tasks) -> None:
    delegation_id, message_id = new_id(), str(uuid4())
    headers = {**council(tasks.key, "tasks"), "Idempotency-Key": message_id}
    body = {"authority": "bristol", **request(delegation_id, new_email())}
    answer = await tasks.client.post("/council-messages/council.delegation.requested.v1", json=body, headers=headers)
    assert answer.status_code == 202
    opened = await heard(tasks, OPENED, delegation_id)
    assert (opened.headers[context.HEADER_CAUSE], opened.headers[context.HEADER_ACTOR]) == (
        message_id,
        "council:bristol",
    )
