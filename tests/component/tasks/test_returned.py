"""What a council sends back: to whom it comes, once; what is answered where it cannot be."""

from typing import Any

import pytest

from chassis import clock
from chassis.outbox import task_id_of
from contracts.base import Contact
from contracts.forms import ContributionReceived, ContributionSubmitted
from tests.component.tasks.conftest import FORM, Tasks
from tests.component.tasks.test_delegations import ACCEPTED, REJECTED, new_email, new_id
from tests.support.broker import Broker
from tests.support.events import publish
from tests.support.eventually import eventually, stays
from tests.support.service import council

RETURNED = "council.delegation.returned.v1"
TOLD = "tasks.task.returned.v1"
COMPLETED = "tasks.task.completed.v1"


class Submitted:
    """A delegation that was submitted, and its council."""

    def __init__(self, tasks: Tasks, broker: Broker) -> None:
        self.tasks, self.broker = tasks, broker
        self.delegation_id, self.email = new_id(), new_email()
        self.about = {
            "task_id": task_id_of("bristol", self.delegation_id),
            "authority": "bristol",
            "delegation_id": self.delegation_id,
        }

    async def open(self) -> None:
        await self.tasks.council.delegate(self.delegation_id, self.email)
        await self.tasks.recorder.expect(ACCEPTED, delegation_id=self.delegation_id)

    async def submit(self, contribution_id: str, *, times: int = 1) -> None:
        event = ContributionSubmitted(
            **self.about,
            contribution_id=contribution_id,
            form=FORM,
            file_ids=[],
            receipt="r",
            person=Contact(email=self.email),
            submitted_at=clock.now(),
        )
        await publish(self.broker, "forms", event, times=times)

    async def is_completed(self, contribution_id: str) -> dict[str, Any]:
        return await self.tasks.recorder.expect(
            COMPLETED, delegation_id=self.delegation_id, contribution_id=contribution_id
        )

    async def send_back(self, comments: str = "How often?", **more: Any) -> str:
        body = {"delegation_id": self.delegation_id, "comments": comments, **more}
        return await self.tasks.council.publish(RETURNED, body)

    async def state(self) -> dict[str, Any]:
        headers = council(self.tasks.key, "tasks")
        answer = await self.tasks.client.get(f"/delegations/{self.delegation_id}", headers=headers)
        return dict(answer.json())

    def told(self) -> list[dict[str, Any]]:
        return [heard.body for heard in self.tasks.recorder.of(TOLD, delegation_id=self.delegation_id)]


@pytest.fixture
async def one(tasks: Tasks, shared_broker: Broker) -> Submitted:
    one = Submitted(tasks, shared_broker)
    await one.open()
    return one


async def test_what_is_sent_back_comes_to_its_holder_and_is_submitted_again(tasks: Tasks, one: Submitted) -> None:
    await one.submit("c-1")
    await one.is_completed("c-1")
    await one.send_back(fields=["here_and_now"], due_on="2031-05-01")
    told = await tasks.recorder.expect(TOLD, delegation_id=one.delegation_id)
    assert (told["questions"]["comments"], told["questions"]["fields"]) == ("How often?", ["here_and_now"])
    assert (told["contribution_id"], told["due_on"]) == ("c-1", "2031-05-01")
    assert [contact["email"] for contact in told["tell"]] == [one.email]
    page = await tasks.list(one.email)
    assert [(row["state"], row["progress"], row["due_on"]) for row in page["rows"]] == [
        ("returned", "returned", "2031-05-01")
    ]
    assert page["counts"] == {"assigned": 1, "snoozed": 0, "retracted": 0, "submitted": 0}
    state = await one.state()
    assert (state["state"], state["contribution_id"]) == ("returned", "c-1")

    await one.submit("c-1", times=2)  # told once more: it begins no round
    await one.submit("c-2")
    await one.is_completed("c-2")
    assert ((await one.state())["state"], (await one.state())["contribution_id"]) == ("submitted", "c-2")
    assert len(tasks.recorder.of(COMPLETED, delegation_id=one.delegation_id)) == 2


async def test_the_same_return_has_one_effect_under_whichever_id(tasks: Tasks, one: Submitted) -> None:
    await one.submit("c-1")
    await one.is_completed("c-1")
    for _ in range(3):
        await one.send_back()
    await tasks.recorder.expect(TOLD, delegation_id=one.delegation_id)
    await one.submit("c-2")
    await one.is_completed("c-2")
    await one.send_back()
    await one.send_back(contribution_id="c-1")
    assert await stays(lambda: len(one.told()) == 1)
    assert (await one.state())["state"] == "submitted"
    await one.send_back(contribution_id="c-2")
    await eventually(lambda: len(one.told()) == 2)
    assert one.told()[-1]["contribution_id"] == "c-2"


async def test_a_return_that_overtakes_the_submission_waits_for_it(tasks: Tasks, one: Submitted) -> None:
    await one.send_back()
    await one.submit("c-1")
    await tasks.recorder.expect(TOLD, delegation_id=one.delegation_id)


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"fields": ["here_and_now", "no_such"]}, "unknown_field", "/fields/1"),
        ({"contribution_id": "c-0"}, "unknown_contribution", "/contribution_id"),
        ({"comments": "x" * 4001}, "invalid", "/comments"),
    ],
)
async def test_a_return_that_does_not_fit_is_answered(
    tasks: Tasks, one: Submitted, body: dict[str, Any], code: str, field: str
) -> None:
    await one.submit("c-1")
    await one.is_completed("c-1")
    message_id = await one.send_back(**body)
    rejected = await tasks.recorder.expect(REJECTED, message_id=message_id)
    assert (rejected["code"], rejected["field"]) == (code, field)
    assert (await one.state())["state"] == "submitted"


async def test_what_was_never_submitted_cannot_be_sent_back(tasks: Tasks, one: Submitted) -> None:
    message_id = await one.send_back()
    rejected = await tasks.recorder.expect(REJECTED, message_id=message_id)
    assert (rejected["code"], rejected["field"]) == ("not_submitted", "/delegation_id")


async def test_what_is_erased_cannot_be_sent_back(tasks: Tasks, one: Submitted) -> None:
    headers = council(tasks.key, "tasks")
    await one.submit("c-1")
    await one.is_completed("c-1")
    assert (await tasks.client.put(f"/erasures/{one.delegation_id}", headers=headers)).status_code < 300
    message_id = await one.send_back()
    rejected = await tasks.recorder.expect(REJECTED, message_id=message_id)
    assert (rejected["code"], rejected["field"]) == ("erased", "/delegation_id")


async def test_the_receipt_of_an_earlier_round_is_heard_and_forgotten(tasks: Tasks, one: Submitted) -> None:
    await one.submit("c-1")
    await one.is_completed("c-1")
    await one.send_back()
    await tasks.recorder.expect(TOLD, delegation_id=one.delegation_id)
    await one.submit("c-2")
    await one.is_completed("c-2")
    for contribution_id in ("c-1", "c-2"):
        event = ContributionReceived(**one.about, contribution_id=contribution_id, received_at=clock.now())
        await publish(one.broker, "forms", event)

    async def is_noted() -> bool:
        submission = (await tasks.kept(one.about["task_id"])).submission
        return submission is not None and submission.received_at is not None

    await eventually(is_noted)
