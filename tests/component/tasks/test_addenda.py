"""What whoever submitted a form adds to it: who may, until when, and what the others are told."""

from typing import Any

import pytest
from httpx2 import Response

from chassis import clock
from contracts.base import Contact
from contracts.forms import ContributionReceived, ContributionSubmitted
from tests.component.tasks.conftest import FORM, Later, Tasks
from tests.component.tasks.test_delegations import new_email
from tests.component.tasks.test_returned import TOLD, Submitted
from tests.support.broker import Broker
from tests.support.events import publish
from tests.support.eventually import eventually, stays

STARTED, DISCARDED = "tasks.addendum.started.v1", "tasks.addendum.discarded.v1"
REASON = "The advice of our SENCO came later."


class Adding(Submitted):
    """A delegation that was submitted, and whoever did that."""

    async def add(self, reason: str = REASON, *, email: str = "") -> Response:
        headers = self.tasks.as_person(email or self.email)
        return await self.tasks.client.put(self.path, json={"reason": reason}, headers=headers)

    async def discard(self, *, email: str = "") -> Response:
        return await self.tasks.client.delete(self.path, headers=self.tasks.as_person(email or self.email))

    @property
    def path(self) -> str:
        return f"/tasks/{self.about['task_id']}/addendum"

    async def granted(self) -> Response:
        headers = self.tasks.as_person(self.email)
        return await self.tasks.client.post(f"/tasks/{self.about['task_id']}/grant", headers=headers)

    async def task(self) -> dict[str, Any]:
        answer = await self.granted()
        assert answer.status_code == 200, answer.text
        return dict(answer.json()["task"])

    async def submit_again(self, contribution_id: str, replaces: str, *, times: int = 1) -> None:
        event = ContributionSubmitted(
            **self.about,
            contribution_id=contribution_id,
            form=FORM,
            file_ids=[],
            receipt="r",
            person=Contact(email=self.email),
            submitted_at=clock.now(),
            replaces=replaces,
        )
        await publish(self.broker, "forms", event, times=times)

    def heard(self, name: str) -> list[dict[str, Any]]:
        return [each.body for each in self.tasks.recorder.of(name, delegation_id=self.delegation_id)]


@pytest.fixture
async def one(tasks: Tasks, shared_broker: Broker) -> Adding:
    one = Adding(tasks, shared_broker)
    await one.open()
    await one.submit("c-1")
    await one.is_completed("c-1")
    return one


async def test_its_author_adds_to_it_and_the_council_goes_on_reading_submitted(tasks: Tasks, one: Adding) -> None:
    before = await one.task()
    assert (before["state"], before["may_add"], before["addendum"]) == ("submitted", True, None)
    for _ in range(2):
        assert (await one.add()).status_code == 204
    told = await tasks.recorder.expect(STARTED, delegation_id=one.delegation_id)
    assert (told["contribution_id"], told["reason"]) == ("c-1", REASON)
    assert await stays(lambda: len(one.heard(STARTED)) == 1)
    task = await one.task()
    assert (task["addendum"]["reason"], task["addendum"]["is_over"]) == (REASON, False)
    state = await one.state()
    assert (state["state"], state["contribution_id"]) == ("submitted", "c-1")
    (row,) = (await tasks.list(one.email, "submitted"))["rows"]
    assert (row["state"], row["addendum_started_at"] is not None) == ("submitted", True)

    await one.submit_again("c-2", "c-1", times=2)
    await one.is_completed("c-2")
    state = await one.state()
    assert (state["state"], state["contribution_id"]) == ("submitted", "c-2")
    (row,) = (await tasks.list(one.email, "submitted"))["rows"]
    assert row["addendum_started_at"] is None
    await one.submit("c-1")  # told once more: it comes back by nothing
    assert await stays(lambda: len(one.heard(TOLD)) == 0)
    assert (await one.state())["contribution_id"] == "c-2"


async def test_another_reason_in_another_tab_is_said_and_not_taken(one: Adding) -> None:
    assert (await one.add()).status_code == 204
    refused = await one.add("A date was wrong.")
    assert (refused.status_code, refused.json()["code"]) == (409, "already_begun")


async def test_what_is_discarded_is_told_once_and_another_can_be_begun(tasks: Tasks, one: Adding) -> None:
    assert (await one.discard()).status_code == 204
    await one.add()
    for _ in range(2):
        assert (await one.discard()).status_code == 204
    told = await tasks.recorder.expect(DISCARDED, delegation_id=one.delegation_id)
    assert await stays(lambda: len(one.heard(DISCARDED)) == 1)
    assert (await one.task())["addendum"] is None
    assert (await one.add("A date was wrong.")).status_code == 204
    await eventually(lambda: len(one.heard(STARTED)) == 2)
    assert one.heard(STARTED)[-1]["addendum_id"] != told["addendum_id"]


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 4001])
async def test_without_a_reason_or_with_one_too_long_nothing_is_begun(one: Adding, reason: str) -> None:
    assert (await one.add(reason)).status_code in {400, 422}
    assert one.heard(STARTED) == []


async def test_nobody_else_adds_to_it(one: Adding) -> None:
    stranger = new_email()
    for answer in (await one.add(email=stranger), await one.discard(email=stranger)):
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_task")


async def test_what_is_open_or_sent_back_is_filled_in_and_not_added_to(tasks: Tasks, one: Adding) -> None:
    other = Adding(tasks, one.broker)
    await other.open()
    assert (await other.add()).json()["code"] == "cannot_add"
    await one.add()
    await one.send_back()
    told = await tasks.recorder.expect(TOLD, delegation_id=one.delegation_id)
    assert told["addendum_id"] == one.heard(STARTED)[0]["addendum_id"]
    assert (await one.add("Another")).json()["code"] == "cannot_add"
    task = await one.task()
    assert (task["state"], task["may_add"], task["addendum"]["is_over"]) == ("returned", False, True)
    assert (await one.discard()).status_code == 204
    assert one.heard(DISCARDED) == []


async def test_a_return_that_is_crossed_by_an_addendum_leaves_it_submitted(tasks: Tasks, one: Adding) -> None:
    await one.add()
    await one.send_back()
    await tasks.recorder.expect(TOLD, delegation_id=one.delegation_id)
    await one.submit_again("c-2", "c-1")
    await one.is_completed("c-2")
    assert (await one.state())["state"] == "submitted"
    await one.send_back("And who?", contribution_id="c-2")
    await eventually(lambda: len(one.told()) == 2)


async def test_it_ends_with_the_window_and_that_is_said(one: Adding, later: Later) -> None:
    await one.add()
    later(29)
    assert (await one.granted()).status_code == 200
    later(31)
    over = await one.granted()
    assert (over.status_code, over.json()["code"]) == (409, "addendum_over")
    assert (await one.add("Another")).json()["code"] == "cannot_add"
    assert (await one.state())["state"] == "submitted"


async def test_a_receipt_that_overtakes_the_submission_waits_for_it(tasks: Tasks, one: Adding) -> None:
    await one.add()
    received = ContributionReceived(**one.about, contribution_id="c-2", received_at=clock.now())
    await publish(one.broker, "forms", received)
    await one.submit_again("c-2", "c-1")

    async def is_noted() -> bool:
        submission = (await tasks.kept(one.about["task_id"])).submission
        return submission is not None and submission.received_at is not None

    await eventually(is_noted)
