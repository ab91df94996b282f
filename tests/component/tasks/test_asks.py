"""Declining and asking for more time: what the council hears, what it answers, and what becomes of the form."""

from dataclasses import dataclass
from typing import Any

import pytest

from chassis import clock
from chassis.outbox import task_id_of
from contracts.base import Contact
from contracts.forms import ContributionSubmitted
from tests.component.tasks.conftest import FORM, Tasks
from tests.component.tasks.test_delegations import ACCEPTED, REJECTED, new_email, new_id
from tests.support.broker import Broker
from tests.support.events import publish
from tests.support.eventually import eventually, stays
from tests.support.service import council

DECIDED = "council.delegation.decided.v1"
DECLINED = "portal.delegation.declined.v1"
EXTENSION = "portal.extension.requested.v1"
HEARD = "tasks.task.decided.v1"
WHY = {"reason_code": "not_known", "explanation": "We have no record of this child."}
PARTS = {
    "reason_code": "not_the_right_person",
    "explanation": "We see him for his sight only.",
    "proposed_recipient": "Northside Audiology",
    "sections": [{"key": "hearing_page", "title": "Hearing"}],
    "going_on_with": ["sight_page"],
}
SECTIONS = "portal.sections.declined.v1"
LONGER = {
    "reason_code": "school_closed",
    "explanation": "Nobody is there in August.",
    "until": "2031-09-30",
    "closed_on": "2031-07-23",
    "reopens_on": "2031-09-02",
}


@dataclass
class Delegated:
    """A form that somebody has."""

    tasks: Tasks
    delegation_id: str
    email: str

    @property
    def task_id(self) -> str:
        return task_id_of("bristol", self.delegation_id)

    async def ask(self, what: str, body: dict[str, Any], email: str = "") -> tuple[int, dict[str, Any]]:
        headers = self.tasks.as_person(email or self.email)
        answer = await self.tasks.client.post(f"/tasks/{self.task_id}/{what}", json=body, headers=headers)
        return answer.status_code, answer.json() if answer.content else {}

    async def decide(self, decision: str, **more: Any) -> str:
        body = {"delegation_id": self.delegation_id, "decision": decision, **more}
        return await self.tasks.council.publish(DECIDED, body)

    async def hears(self, name: str) -> dict[str, Any]:
        return await self.tasks.recorder.expect(name, delegation_id=self.delegation_id)

    def heard(self, name: str) -> int:
        return len(self.tasks.recorder.of(name, delegation_id=self.delegation_id))

    async def state(self) -> dict[str, Any]:
        headers = council(self.tasks.key, "tasks")
        answer = await self.tasks.client.get(f"/delegations/{self.delegation_id}", headers=headers)
        return dict(answer.json())

    async def rights(self) -> tuple[int, str]:
        answer = await self.tasks.client.post(f"/tasks/{self.task_id}/grant", headers=self.tasks.as_person(self.email))
        return answer.status_code, answer.json().get("task", {}).get("state", "")


@pytest.fixture
async def one(tasks: Tasks) -> Delegated:
    one = Delegated(tasks, new_id(), new_email())
    await tasks.council.delegate(one.delegation_id, one.email, due_on="2031-05-01")
    await one.hears(ACCEPTED)
    return one


async def test_a_decline_is_told_once_and_the_form_waits_for_the_council(tasks: Tasks, one: Delegated) -> None:
    said = {**WHY, "proposed_recipient": "Northside Team"}
    assert [(await one.ask("decline", said))[0] for _ in range(3)] == [204] * 3
    told = await one.hears(DECLINED)
    assert {name: told[name] for name in said} == said
    assert told["by"] == one.email
    await one.hears("tasks.task.declined.v1")
    assert await stays(lambda: one.heard(DECLINED) == one.heard("tasks.task.declined.v1") == 1)
    assert ((await one.state())["state"], await one.rights()) == ("declined", (200, "declined"))
    (row,) = (await tasks.list(one.email))["rows"]
    assert (row["state"], row["progress"]) == ("declined", "declined")


async def test_an_accepted_decline_withdraws_the_form(tasks: Tasks, one: Delegated) -> None:
    await one.ask("decline", WHY)
    await one.decide("accepted", comments="Thank you for telling us.")
    await one.hears("tasks.task.retracted.v1")
    page = await tasks.list(one.email, "retracted")
    assert [row["retraction_reason"] for row in page["rows"]] == ["Thank you for telling us."]
    assert page["counts"] == {"assigned": 0, "snoozed": 0, "retracted": 1, "submitted": 0}
    assert (await one.state())["state"] == "retracted"


async def test_a_refused_decline_gives_the_form_back_with_the_councils_words(tasks: Tasks, one: Delegated) -> None:
    await one.ask("decline", WHY)
    for _ in range(2):
        await one.decide("refused", comments="You saw him in May.", due_on="2031-05-20")
    told = await one.hears(HEARD)
    assert (told["asked"], told["decision"], told["due_on"]) == ("decline", "refused", "2031-05-20")
    assert [contact["email"] for contact in told["tell"]] == [one.email]
    assert await stays(lambda: one.heard(HEARD) == 1)
    answer = await tasks.client.get(f"/tasks/{one.task_id}", headers=tasks.as_person(one.email))
    assert answer.json()["state"] == "assigned"
    assert (answer.json()["ask"]["decision"], answer.json()["ask"]["comments"]) == ("refused", "You saw him in May.")


async def test_a_form_is_re_delegated_to_somebody_else_and_the_former_holder_is_told(
    tasks: Tasks, one: Delegated
) -> None:
    await one.ask("decline", WHY)
    other = new_email()
    await one.decide("re-delegated", assignee={"kind": "person", "email": other})
    assigned = await one.hears("portal.delegation.assigned.v1")
    assert (assigned["to"]["email"], assigned["by"], assigned["how"]) == (other, "bristol", "re_delegated")
    told = await one.hears("tasks.task.assigned.v1")
    assert (told["former"]["email"], [contact["email"] for contact in told["tell"]]) == (one.email, [other])
    assert (await one.hears(HEARD))["tell"] == []
    assert (await tasks.list(other))["counts"]["assigned"] == 1
    assert [row["holder_name"] for row in (await tasks.list(one.email))["moved"]] == [other]


async def test_the_former_inbox_hears_no_more_of_what_somebody_else_has_and_again_once_it_is_back(tasks: Tasks) -> None:
    one, other, duty = Delegated(tasks, new_id(), new_email()), new_email(), new_email()
    await tasks.council.delegate(one.delegation_id, one.email, notify_email=duty, due_on="2031-05-01")
    await one.hears(ACCEPTED)
    await one.ask("decline", WHY)
    await one.decide("re-delegated", assignee={"kind": "person", "email": other})
    await one.hears("portal.delegation.assigned.v1")
    await tasks.council.publish(
        "council.delegation.amended.v1", {"delegation_id": one.delegation_id, "comments": "See page 2."}
    )
    assert [contact["email"] for contact in (await one.hears("tasks.task.amended.v1"))["tell"]] == [other]
    await one.ask("decline", {**WHY, "explanation": "Nor have we."}, other)
    await tasks.recorder.expect(DECLINED, delegation_id=one.delegation_id, by=other)
    await one.decide("re-delegated", assignee={"kind": "person", "email": one.email}, comments="You saw him.")
    await eventually(lambda: one.heard("tasks.task.assigned.v1") == 2)
    await tasks.council.publish(
        "council.delegation.retracted.v1", {"delegation_id": one.delegation_id, "reason": "Moved away."}
    )
    told = (await one.hears("tasks.task.retracted.v1"))["tell"]
    assert [contact["email"] for contact in told] == [one.email, duty]


async def test_more_time_is_asked_for_and_given(tasks: Tasks, one: Delegated) -> None:
    assert (await one.ask("more-time", LONGER))[0] == 204
    told = await one.hears(EXTENSION)
    assert (told["until"], told["reason_code"], (await one.state())["state"]) == (
        "2031-09-30",
        "school_closed",
        "assigned",
    )
    assert (told["closed_on"], told["reopens_on"], told["closure_counts"]) == ("2031-07-23", "2031-09-02", False)
    assert (await one.state())["due_on"] == "2031-05-01"
    await one.decide("accepted", ask_id=told["ask_id"])
    assert (await one.hears(HEARD))["due_on"] == "2031-09-30"
    assert (await one.state())["due_on"] == "2031-09-30"


async def waiting(tasks: Tasks, authority: str = "bristol") -> dict[str, Any]:
    """What a council reads, in pages of one, of what waits for its decision: the asks by their delegations."""
    found: dict[str, Any] = {}
    after, headers = "", council(tasks.key, "tasks", authority)
    while after is not None:
        query = {"waits_for": "decision", "limit": "1", "after": after}
        answer = await tasks.client.get("/delegations", params=query, headers=headers)
        assert answer.status_code == 200, answer.text
        found |= {each["delegation_id"]: each["ask"] for each in answer.json()["delegations"]}
        after = answer.json()["after"]
    return found


@pytest.mark.parametrize(
    ("what", "body", "name"),
    [("decline", WHY, DECLINED), ("part-decline", PARTS, SECTIONS), ("more-time", LONGER, EXTENSION)],
)
async def test_a_council_that_polls_lists_what_waits_for_its_decision_until_it_has_decided(
    tasks: Tasks, one: Delegated, what: str, body: dict[str, Any], name: str
) -> None:
    assert one.delegation_id not in await waiting(tasks)
    assert "ask" not in await one.state()
    assert (await one.ask(what, body))[0] == 204
    told = await one.hears(name)
    ask = (await waiting(tasks))[one.delegation_id]
    assert (ask["type"], ask["body"]) == (name, told)
    assert (await one.state())["ask"] == ask
    assert one.delegation_id not in await waiting(tasks, "oxfordshire")
    await one.decide("refused", ask_id=told["ask_id"], comments="Please go on.")
    await one.hears(HEARD)
    assert one.delegation_id not in await waiting(tasks)
    assert "ask" not in await one.state()


async def test_what_is_over_waits_for_no_decision(tasks: Tasks, one: Delegated) -> None:
    await one.ask("more-time", LONGER)
    await one.hears(EXTENSION)
    retracted = {"delegation_id": one.delegation_id, "reason": "Moved away."}
    await tasks.council.publish("council.delegation.retracted.v1", retracted)
    await one.hears("tasks.task.retracted.v1")
    assert one.delegation_id not in await waiting(tasks)
    answer = await tasks.client.get("/delegations?waits_for=tea", headers=council(tasks.key, "tasks"))
    assert (answer.status_code, answer.json()["field"]) == (400, "waits_for")


async def test_parts_are_declined_and_the_form_stays_as_it_was_until_the_council_lets_them_go(
    tasks: Tasks, one: Delegated
) -> None:
    assert [(await one.ask("part-decline", PARTS))[0] for _ in range(3)] == [204] * 3
    told = await one.hears(SECTIONS)
    assert {name: told[name] for name in PARTS if name != "going_on_with"} == {
        name: said for name, said in PARTS.items() if name != "going_on_with"
    }
    assert told["by"] == one.email
    assert await stays(
        lambda: (one.heard(SECTIONS), one.heard(DECLINED), one.heard("tasks.task.declined.v1")) == (1, 0, 0)
    )
    assert ((await one.state())["state"], await one.rights()) == ("assigned", (200, "assigned"))
    for _ in range(2):
        await one.decide("accepted", ask_id=told["ask_id"], comments="We ask them.")
    heard = await one.hears(HEARD)
    assert (heard["asked"], heard["decision"], heard["sections"]) == ("part-decline", "accepted", ["hearing_page"])
    assert (heard["reason_code"], heard["due_on"]) == ("not_the_right_person", "2031-05-01")
    assert [contact["email"] for contact in heard["tell"]] == [one.email]
    assert await stays(lambda: one.heard(HEARD) == 1)
    asked = (await tasks.client.get(f"/tasks/{one.task_id}", headers=tasks.as_person(one.email))).json()["ask"]
    assert (asked["asked"], asked["sections"], asked["decision"]) == ("part-decline", ["Hearing"], "accepted")
    assert (await one.state())["state"] == "assigned"


async def test_all_that_is_left_is_no_part(tasks: Tasks, one: Delegated) -> None:
    await one.ask("part-decline", PARTS)
    await one.decide("accepted", ask_id=(await one.hears(SECTIONS))["ask_id"])
    await one.hears(HEARD)
    other = {**PARTS, "sections": [{"key": "sight_page", "title": "Sight"}], "going_on_with": ["hearing_page"]}
    status, problem = await one.ask("part-decline", other)
    assert (status, [fault["code"] for fault in problem["faults"]]) == (422, ["all"])
    assert one.heard(SECTIONS) == 1


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"decision": "accepted"}, "ask_id_missing", "/ask_id"),
        ({"decision": "accepted", "ask_id": "another"}, "nothing_to_decide", "/delegation_id"),
        (
            {"decision": "re-delegated", "assignee": {"kind": "person", "email": "other@school.example"}},
            "parts_not_re_delegated",
            "/decision",
        ),
    ],
)
async def test_a_decision_that_does_not_name_the_parts_or_gives_them_away_is_answered(
    tasks: Tasks, one: Delegated, body: dict[str, Any], code: str, field: str
) -> None:
    await one.ask("part-decline", PARTS)
    ask_id = (await one.hears(SECTIONS))["ask_id"]
    named = {"ask_id": ask_id} if body["decision"] == "re-delegated" else {}
    message_id = await one.decide(**{**named, **body})
    rejected = await tasks.recorder.expect(REJECTED, message_id=message_id)
    assert (rejected["code"], rejected["field"]) == (code, field)
    await one.decide("refused", ask_id=ask_id, comments="You tested his hearing in May.")
    assert (await one.hears(HEARD))["decision"] == "refused"


async def test_parts_that_were_submitted_meanwhile_are_decided_about_no_more(
    tasks: Tasks, one: Delegated, shared_broker: Broker
) -> None:
    await one.ask("part-decline", PARTS)
    ask_id = (await one.hears(SECTIONS))["ask_id"]
    event = ContributionSubmitted(
        contribution_id=new_id(),
        task_id=one.task_id,
        authority="bristol",
        delegation_id=one.delegation_id,
        form=FORM,
        file_ids=[],
        receipt="r",
        person=Contact(email=one.email),
        submitted_at=clock.now(),
    )
    await publish(shared_broker, "forms", event)
    await one.hears("tasks.task.completed.v1")
    message_id = await one.decide("accepted", ask_id=ask_id)
    assert (await tasks.recorder.expect(REJECTED, message_id=message_id))["code"] == "nothing_to_decide"


async def test_a_member_declines_what_waits_in_the_group_and_a_stranger_does_not(tasks: Tasks) -> None:
    group, one = new_id(), Delegated(tasks, new_id(), new_email())
    members = [{"email": one.email, "is_manager": False}]
    defined = {"work_group_id": group, "name": "Hill View", "members": members, "version": 1}
    await tasks.council.publish("council.work-group.defined.v1", defined)
    await tasks.council.delegate(one.delegation_id, assignee={"kind": "work_group", "work_group_id": group})
    await one.hears(ACCEPTED)
    assert (await one.ask("decline", WHY, new_email()))[1]["code"] == "unknown_task"
    assert (await one.ask("more-time", LONGER))[1]["code"] == "unknown_task"
    assert (await one.ask("part-decline", PARTS))[1]["code"] == "unknown_task"
    assert (await one.ask("decline", WHY))[0] == 204
    await one.hears(DECLINED)
    assert (await tasks.list(one.email))["waiting"] == 0
    await one.decide("refused")
    await one.hears(HEARD)
    assert ((await one.state())["state"], (await tasks.list(one.email))["waiting"]) == ("in_group", 1)


@pytest.mark.parametrize(
    ("what", "body", "path"),
    [
        ("decline", {**WHY, "explanation": " "}, "explanation"),
        ("decline", {**WHY, "reason_code": "missed_appointment"}, "appointment"),
        ("part-decline", {**PARTS, "sections": []}, "sections"),
        ("part-decline", {**PARTS, "going_on_with": []}, "sections"),
        ("part-decline", {**PARTS, "explanation": " "}, "explanation"),
        ("more-time", {**LONGER, "until": "2031-05-01"}, "until"),
        ("more-time", {**LONGER, "until": "2033-05-01"}, "until"),
    ],
)
async def test_what_cannot_be_asked_is_said_at_its_field(
    one: Delegated, what: str, body: dict[str, Any], path: str
) -> None:
    status, problem = await one.ask(what, body)
    assert (status, [fault["path"] for fault in problem["faults"]]) == (422, [path])
    assert (await one.state())["state"] == "assigned"


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"decision": "accepted", "ask_id": "another"}, "nothing_to_decide", "/delegation_id"),
        ({"decision": "re-delegated"}, "assignee_missing", "/assignee"),
        ({"decision": "perhaps"}, "invalid", "/decision"),
        (
            {"decision": "re-delegated", "assignee": {"kind": "work_group", "work_group_id": "none"}},
            "unknown_work_group",
            "/assignee/work_group_id",
        ),
    ],
)
async def test_a_decision_that_does_not_fit_is_answered(
    tasks: Tasks, one: Delegated, body: dict[str, Any], code: str, field: str
) -> None:
    await one.ask("decline", WHY)
    message_id = await one.decide(**body)
    rejected = await tasks.recorder.expect(REJECTED, message_id=message_id)
    assert (rejected["code"], rejected["field"]) == (code, field)
    assert (await one.state())["state"] == "declined"


async def test_where_nothing_was_asked_nothing_is_decided(tasks: Tasks, one: Delegated) -> None:
    message_id = await one.decide("accepted")
    rejected = await tasks.recorder.expect(REJECTED, message_id=message_id)
    assert rejected["code"] == "nothing_to_decide"
    assert (await one.state())["state"] == "assigned"
