import asyncio
from uuid import uuid4

import pytest

from chassis import clock
from contracts.base import Contact
from contracts.forms import ContributionSubmitted, DefinitionPublished
from tests.component.tasks.conftest import FORM, Tasks
from tests.support.broker import Broker
from tests.support.council import request
from tests.support.events import publish
from tests.support.eventually import eventually
from tests.support.security import SecurityLog
from tests.support.service import council, new_key, professional

ACCEPTED = "portal.delegation.accepted.v1"
REJECTED = "portal.message.rejected.v1"
OPENED = "tasks.task.opened.v1"


def new_id() -> str:
    return f"LCS-{uuid4().hex[:10]}"


def new_email() -> str:
    return f"p.{uuid4().hex[:10]}@school.example"


async def test_a_delegation_opens_one_task_however_often_it_comes(tasks: Tasks) -> None:
    delegation_id, email = new_id(), new_email()
    for _ in range(3):
        await tasks.council.delegate(delegation_id, email, received_on="2021-07-25")
    accepted = await tasks.recorder.expect(ACCEPTED, delegation_id=delegation_id)
    opened = await tasks.recorder.expect(OPENED, delegation_id=delegation_id)
    assert accepted["due_on"] == opened["due_on"] == "2021-09-05"
    assert accepted["assigned_to"] == {"kind": "person", "email": email}
    page = await eventually(lambda: tasks.list(email.upper()))
    assert [row["subject_name"] for row in page["rows"]] == ["Gabriel Example"]
    assert page["counts"] == {"assigned": 1, "snoozed": 0, "retracted": 0, "submitted": 0}
    assert len(tasks.recorder.of(ACCEPTED, delegation_id=delegation_id)) == 1


async def test_the_same_id_with_another_content_is_rejected(tasks: Tasks, security_log: SecurityLog) -> None:
    delegation_id = new_id()
    await tasks.council.delegate(delegation_id)
    await tasks.recorder.expect(ACCEPTED, delegation_id=delegation_id)
    message_id = await tasks.council.delegate(delegation_id, comments="Something else")
    rejected = await tasks.recorder.expect(REJECTED, message_id=message_id)
    assert (rejected["code"], rejected["field"]) == ("delegation_differs", "/delegation_id")
    where = {"queue": "tasks.open-task.from.bristol", "broker_user": "bristol", "code": "delegation_differs"}
    assert security_log.outcomes("delivery.refused", **where) == ["refused"]


async def test_a_retraction_that_comes_first_wins(tasks: Tasks) -> None:
    delegation_id, email = new_id(), new_email()
    await tasks.council.publish("council.delegation.retracted.v1", {"delegation_id": delegation_id, "reason": "Moved"})
    await eventually(lambda: tasks.database["tasks"].find_one({"delegation_id": delegation_id}))
    await tasks.council.delegate(delegation_id, email)
    await tasks.recorder.expect(ACCEPTED, delegation_id=delegation_id)
    page = await tasks.list(email, "retracted")
    assert [row["retraction_reason"] for row in page["rows"]] == ["Moved"]
    assert page["counts"] == {"assigned": 0, "snoozed": 0, "retracted": 1, "submitted": 0}
    assert not tasks.recorder.of(OPENED, delegation_id=delegation_id)


async def test_what_is_withdrawn_and_asked_for_again_is_received_again(tasks: Tasks) -> None:
    first, second, email = new_id(), new_id(), new_email()
    await tasks.council.delegate(first, email, received_on="2031-01-06", due_on=None)
    await tasks.recorder.expect(ACCEPTED, delegation_id=first)
    await tasks.council.publish("council.delegation.retracted.v1", {"delegation_id": first, "reason": "Asked too soon"})
    await tasks.council.delegate(second, email, received_on="2031-03-03", due_on=None)
    accepted = await tasks.recorder.expect(ACCEPTED, delegation_id=second)
    assert accepted["due_on"] == "2031-04-14"
    await tasks.recorder.expect("tasks.task.retracted.v1", delegation_id=first)
    path = f"/delegations/{first}"
    state = (await tasks.client.get(path, headers=council(tasks.key, "tasks"))).json()
    assert (state["state"], state["due_on"]) == ("retracted", "2031-02-17"), "of the first its own stays"


async def test_an_amendment_that_comes_first_is_kept(tasks: Tasks) -> None:
    delegation_id, email = new_id(), new_email()
    await tasks.council.publish(
        "council.delegation.amended.v1", {"delegation_id": delegation_id, "due_on": "2030-01-02"}
    )
    await eventually(lambda: tasks.database["tasks"].find_one({"delegation_id": delegation_id}))
    await tasks.council.delegate(delegation_id, email, due_on="2029-01-01")
    accepted = await tasks.recorder.expect(ACCEPTED, delegation_id=delegation_id)
    assert accepted["due_on"] == "2030-01-02"
    assert [row["due_on"] for row in (await tasks.list(email))["rows"]] == ["2030-01-02"]


async def test_a_group_task_is_picked_up_by_one_and_the_other_reads_who_has_it(tasks: Tasks) -> None:
    delegation_id, group = new_id(), f"wg-{uuid4().hex[:8]}"
    sandra, tom = new_email(), new_email()
    await tasks.council.delegate(delegation_id, assignee={"kind": "work_group", "work_group_id": group})
    await tasks.council.define_group(group, [sandra, tom])
    opened = await tasks.recorder.expect(OPENED, delegation_id=delegation_id)
    page = await tasks.list(sandra)
    assert [row["work_group_name"] for row in page["group_rows"]] == [f"Group {group}"]
    address = f"/tasks/{opened['task_id']}/pickup"
    first = await tasks.client.post(address, headers=tasks.as_person(sandra, "Sandra"))
    second = await tasks.client.post(address, headers=tasks.as_person(tom, "Tom"))
    again = await tasks.client.post(address, headers=tasks.as_person(sandra, "Sandra"))
    assert (first.status_code, second.status_code, again.status_code) == (200, 409, 200)
    assert (second.json()["code"], second.json()["holder"]) == ("already_picked_up", "Sandra")
    assigned = await tasks.recorder.expect("portal.delegation.assigned.v1", delegation_id=delegation_id)
    assert assigned["from"] == {"kind": "work_group", "work_group_id": group}
    assert assigned["to"] == {"kind": "person", "email": sandra}
    assert (await tasks.list(tom))["group_rows"] == []


async def test_strangers_learn_nothing(tasks: Tasks, security_log: SecurityLog) -> None:
    delegation_id = new_id()
    await tasks.council.delegate(delegation_id, new_email())
    opened = await tasks.recorder.expect(OPENED, delegation_id=delegation_id)
    for path in (f"/tasks/{opened['task_id']}", f"/tasks/{uuid4()}"):
        assert (await tasks.client.get(path, headers=tasks.as_person(new_email()))).status_code == 404
    assert (await tasks.client.get("/tasks")).status_code == 401
    for headers, code in (
        (professional(new_key(), "tasks", new_email()), "token_invalid"),
        (council(tasks.key, "tasks"), "wrong_identity"),
    ):
        assert (await tasks.client.get("/tasks", headers=headers)).json()["code"] == code
        assert security_log.outcomes("access.refused", code=code) == ["refused"]


async def test_submitted_beats_retracted(tasks: Tasks, shared_broker: Broker) -> None:
    delegation_id, email = new_id(), new_email()
    await tasks.council.delegate(delegation_id, email)
    opened = await tasks.recorder.expect(OPENED, delegation_id=delegation_id)
    await tasks.council.publish("council.delegation.retracted.v1", {"delegation_id": delegation_id})
    await tasks.recorder.expect("tasks.task.retracted.v1", delegation_id=delegation_id)
    event = ContributionSubmitted(
        contribution_id="c-1",
        task_id=opened["task_id"],
        authority="bristol",
        delegation_id=delegation_id,
        form=FORM,
        file_ids=[],
        receipt="0" * 64,
        person=Contact(email=email),
        submitted_at=clock.now(),
    )
    await publish(shared_broker, "forms", event, times=2)
    await tasks.recorder.expect("tasks.task.completed.v1", delegation_id=delegation_id)
    assert (await tasks.list(email, "submitted"))["counts"] == {
        "assigned": 0,
        "snoozed": 0,
        "retracted": 0,
        "submitted": 1,
    }


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("not_json", b"{"),
        ("not_json", b'{"authority":"bristol","authority":"bristol"}'),
        ("not_json", b'{"authority":"bristol","comments":"\\ud800"}'),
        ("too_deep", b'{"authority":"bristol","x":' + b"[" * 40 + b"]" * 40 + b"}"),
    ],
)
async def test_a_body_that_cannot_be_read_is_answered(tasks: Tasks, code: str, body: bytes) -> None:
    message_id = await tasks.council.publish("council.delegation.requested.v1", body)
    assert (await tasks.recorder.expect(REJECTED, message_id=message_id))["code"] == code


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"authority": "oxfordshire"}, "wrong_authority", "/authority"),
        ({"form": "no-such-form"}, "unknown_form", "/form"),
        ({"assignee": {"kind": "person"}}, "invalid", "/assignee/email"),
        (
            {"assignee": {"kind": "work_group", "work_group_id": "none"}},
            "unknown_work_group",
            "/assignee/work_group_id",
        ),
        ({"comments": "x" * 4001}, "invalid", "/comments"),
        ({"due_on": "tomorrow"}, "invalid", "/due_on"),
        ({"prefill": {"no_such_key": "x"}}, "invalid_prefill", "/prefill/no_such_key"),
        ({"prefill": {"first_name": 7}}, "invalid_prefill", "/prefill/first_name"),
        ({"subject": {"name": "Gabriel Example"}}, "invalid", "/subject/person_id"),
    ],
)
async def test_a_request_at_fault_is_answered_with_the_field(
    tasks: Tasks, changes: dict[str, object], code: str, field: str
) -> None:
    body = {**request(new_id(), new_email()), **changes}
    message_id = await tasks.council.publish("council.delegation.requested.v1", body)
    rejected = await tasks.recorder.expect(REJECTED, message_id=message_id, within=20)
    assert (rejected["code"], rejected["field"]) == (code, field)
    assert rejected["delegation_id"] == body["delegation_id"]


async def test_an_unknown_name_is_answered_and_does_not_stop_those_behind_it(tasks: Tasks) -> None:
    message_id = await tasks.council.publish("council.tea.ordered.v1", {"delegation_id": "x"})
    delegation_id = new_id()
    await tasks.council.delegate(delegation_id)
    assert (await tasks.recorder.expect(REJECTED, message_id=message_id))["code"] == "unknown_message"
    await tasks.recorder.expect(ACCEPTED, delegation_id=delegation_id)


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"user_id": None}, "user_id_missing"),
        ({"type": "other"}, "type_differs"),
    ],
)
async def test_an_envelope_at_fault_is_answered(tasks: Tasks, properties: dict[str, object], code: str) -> None:
    delegation_id = new_id()
    await tasks.council.publish("council.delegation.requested.v1", request(delegation_id, new_email()), **properties)
    assert (await tasks.recorder.expect(REJECTED, delegation_id=delegation_id))["code"] == code


async def test_a_council_without_a_broker_sends_and_polls_over_http(tasks: Tasks) -> None:
    delegation_id, email = new_id(), new_email()
    headers = {**council(tasks.key, "tasks"), "Idempotency-Key": f"key-{delegation_id}"}
    body = {"authority": "bristol", **request(delegation_id, email)}
    address = "/council-messages/council.delegation.requested.v1"
    for _ in range(2):
        assert (await tasks.client.post(address, json=body, headers=headers)).status_code == 202
    await tasks.recorder.expect(ACCEPTED, delegation_id=delegation_id)
    refused = await tasks.client.post(
        address, json={**body, "form": "none", "delegation_id": new_id()}, headers=headers
    )
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (422, "unknown_form", "/form")
    foreign = await tasks.client.post(address, json={**body, "authority": "oxfordshire"}, headers=headers)
    assert foreign.json()["code"] == "wrong_authority"
    assert (await tasks.client.post("/council-messages/no.such.v1", json=body, headers=headers)).status_code == 404

    async def told() -> list[str]:
        found, after = [], ""
        while True:
            page = (await tasks.client.get(f"/told?limit=3&after={after}", headers=headers)).json()
            found += [event["type"] for event in page["events"] if event["body"].get("delegation_id") == delegation_id]
            if page["after"] is None:
                return found
            after = page["after"]

    assert await eventually(told) == [ACCEPTED]
    others = await tasks.client.get("/told", headers=council(tasks.key, "tasks", "oxfordshire"))
    assert others.json() == {"events": [], "after": None}


UNFIT = {
    "out_of_range": (b'{"x": 1%s}' % (b"0" * 30), b'{"x": 1e999}', b'{"x": [9223372036854775808]}'),
    "invalid_name": (b'{"a\\u0000b": 1}',),
}


@pytest.mark.parametrize(("code", "prefill"), [(code, one) for code, each in UNFIT.items() for one in each])
async def test_what_nothing_can_keep_is_refused_at_once_at_both_doors(tasks: Tasks, code: str, prefill: bytes) -> None:
    name = "council.delegation.amended.v1"
    body = b'{"authority": "bristol", "delegation_id": "%s", "prefill": %s}' % (new_id().encode(), prefill)
    message_id = await tasks.council.publish(name, body)
    rejected = await tasks.recorder.expect(REJECTED, message_id=message_id)
    assert rejected["code"] == code
    assert rejected["field"].startswith("/prefill")
    headers = {**council(tasks.key, "tasks"), "Idempotency-Key": message_id}
    answer = await tasks.client.post(f"/council-messages/{name}", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, code, rejected["field"])


async def test_a_group_is_not_closed_over_forms_that_wait_in_it(tasks: Tasks) -> None:
    group, member, delegation_id, taken = new_id(), new_email(), new_id(), new_id()
    to_group = {"kind": "work_group", "work_group_id": group}
    await tasks.council.define_group(group, [member])
    for one in (delegation_id, taken):
        await tasks.council.delegate(one, assignee=to_group)
        await tasks.recorder.expect(ACCEPTED, delegation_id=one)
    rows = (await tasks.list(member))["group_rows"]
    picked = await tasks.client.post(f"/tasks/{rows[0]['task_id']}/pickup", headers=tasks.as_person(member))
    left = delegation_id if picked.json()["task"]["delegation_id"] == taken else taken
    closing = await tasks.council.define_group(group, [], version=2)
    rejected = await tasks.recorder.expect(REJECTED, message_id=closing)
    assert (rejected["code"], rejected["field"]) == ("work_group_in_use", "/members")
    assert f"work group: {left}. " in rejected["reason"]
    assert len((await tasks.list(member))["group_rows"]) == 1
    await tasks.council.publish("council.delegation.retracted.v1", {"delegation_id": left, "reason": "Closing"})
    await tasks.recorder.expect("tasks.task.retracted.v1", delegation_id=left)
    await tasks.council.define_group(group, [], version=3)
    # The next message has a queue of its own, and would be right before the closing as well.
    await eventually(lambda: tasks.database["work_groups"].find_one({"work_group_id": group, "version": 3}))
    refused = await tasks.council.delegate(new_id(), assignee=to_group)
    assert (await tasks.recorder.expect(REJECTED, message_id=refused))["code"] == "unknown_work_group"


async def test_a_group_is_not_closed_over_a_form_that_its_council_may_give_back_to_it(tasks: Tasks) -> None:
    group, member, delegation_id = new_id(), new_email(), new_id()
    await tasks.council.define_group(group, [member])
    await tasks.council.delegate(delegation_id, assignee={"kind": "work_group", "work_group_id": group})
    task_id = (await tasks.recorder.expect(ACCEPTED, delegation_id=delegation_id))["task_id"]
    why = {"reason_code": "not_known", "explanation": "We have no record of this child."}
    declined = await tasks.client.post(f"/tasks/{task_id}/decline", json=why, headers=tasks.as_person(member))
    assert declined.status_code == 204
    closing = await tasks.council.define_group(group, [], version=2)
    rejected = await tasks.recorder.expect(REJECTED, message_id=closing)
    assert (rejected["code"], f": {delegation_id}. " in rejected["reason"]) == ("work_group_in_use", True)
    decided = {"delegation_id": delegation_id, "decision": "refused", "comments": "You saw him in May."}
    await tasks.council.publish("council.delegation.decided.v1", decided)
    await tasks.recorder.expect("tasks.task.decided.v1", delegation_id=delegation_id)
    assert [row["task_id"] for row in (await tasks.list(member))["group_rows"]] == [task_id]


async def test_a_form_that_was_published_a_moment_ago_can_be_delegated_over_http(
    tasks: Tasks, shared_broker: Broker
) -> None:
    code, delegation_id = f"form-{uuid4().hex[:8]}", new_id()
    event = DefinitionPublished(
        form=code,
        version="1",
        owner="bristol",
        title="New",
        due_days=14,
        prefill_schema={"type": "object"},
        published_at=clock.now(),
    )
    body = {"authority": "bristol", **request(delegation_id, new_email()), "form": code}
    headers = {**council(tasks.key, "tasks"), "Idempotency-Key": f"key-{delegation_id}"}
    answers = asyncio.create_task(
        tasks.client.post("/council-messages/council.delegation.requested.v1", json=body, headers=headers)
    )
    await publish(shared_broker, "forms", event)
    assert (await answers).status_code == 202
    await tasks.recorder.expect(ACCEPTED, delegation_id=delegation_id)
