"""How long what is over stays: by the clock, by hand, on hold, and what every service says to its end."""

import pytest
from httpx2 import Response

from chassis import clock
from chassis.documents import Key
from chassis.keys import KeyDestroyed
from chassis.outbox import task_id_of
from contracts.base import Contact
from contracts.files import FolderErased
from contracts.forms import ContributionErased, ContributionReceived, ContributionSubmitted
from contracts.notify import EmailsErased
from tests.component.tasks.conftest import FORM, Later, Tasks
from tests.component.tasks.test_delegations import ACCEPTED, new_email, new_id
from tests.support.broker import Broker
from tests.support.events import publish
from tests.support.eventually import eventually, stays
from tests.support.service import council

ORDERED = "tasks.delegation.erased.v1"
ANNOUNCED = "portal.erasure.announced.v1"
ERASED = "portal.delegation.erased.v1"
RETRACTED = "tasks.task.retracted.v1"


class Delegation:
    """One delegation, and what is said about it."""

    def __init__(self, tasks: Tasks, broker: Broker) -> None:
        self.tasks, self.broker = tasks, broker
        self.delegation_id, self.email = new_id(), new_email()
        self.task_id = task_id_of("bristol", self.delegation_id)
        self.about = {"task_id": self.task_id, "authority": "bristol", "delegation_id": self.delegation_id}

    async def open(self) -> None:
        await self.tasks.council.delegate(self.delegation_id, self.email)
        await self.tasks.recorder.expect(ACCEPTED, delegation_id=self.delegation_id)

    async def submit(self) -> None:
        submitted = ContributionSubmitted(
            **self.about,
            contribution_id=f"c-{self.delegation_id}",
            form=FORM,
            file_ids=[],
            receipt="r",
            person=Contact(email=self.email),
            submitted_at=clock.now(),
        )
        await publish(self.broker, "forms", submitted)
        await self.tasks.recorder.expect("tasks.task.completed.v1", delegation_id=self.delegation_id)

    async def receive(self) -> None:
        await publish(self.broker, "forms", ContributionReceived(**self.about, received_at=clock.now()))

        async def is_noted() -> bool:
            submission = (await self.tasks.kept(self.task_id)).submission
            return submission is not None and submission.received_at is not None

        await eventually(is_noted)

    async def retract(self) -> None:
        about = {"delegation_id": self.delegation_id, "reason": "Moved"}
        await self.tasks.council.publish("council.delegation.retracted.v1", about)
        await self.tasks.recorder.expect(RETRACTED, delegation_id=self.delegation_id)

    async def ask(self, method: str, door: str) -> Response:
        headers = council(self.tasks.key, "tasks")
        return await self.tasks.client.request(method, f"/{door}/{self.delegation_id}", headers=headers)

    async def answer(self) -> None:
        """The others have erased their parts, each telling it twice."""
        for user, event in (("forms", ContributionErased), ("files", FolderErased), ("notify", EmailsErased)):
            await publish(self.broker, user, event(**self.about, erased_at=clock.now()), times=2)

    async def was_told(self, name: str) -> None:
        await self.tasks.recorder.expect(name, delegation_id=self.delegation_id)

    async def is_kept(self) -> None:
        assert await stays(lambda: not self.tasks.recorder.of(ORDERED, delegation_id=self.delegation_id))


@pytest.fixture
async def delegation(tasks: Tasks, shared_broker: Broker) -> Delegation:
    one = Delegation(tasks, shared_broker)
    await one.open()
    return one


async def test_what_the_council_has_goes_after_thirty_days_and_leaves_ids_and_times(
    tasks: Tasks, delegation: Delegation, later: Later
) -> None:
    await delegation.submit()
    await delegation.receive()
    later(29)
    await delegation.is_kept()
    later(31)
    await delegation.was_told(ORDERED)
    await eventually(lambda: tasks.database["keys"].find_one({"key": delegation.task_id, "wrapped": None}))
    assert not tasks.recorder.of(ERASED, delegation_id=delegation.delegation_id)
    await delegation.answer()
    await delegation.was_told(ERASED)
    document = await tasks.database["tasks"].find_one({"_id": delegation.task_id}, {"outbox": 0})
    assert document
    ids = {"_id", "authority", "delegation_id", "reference", "state", "schema", "is_sealed", "version", "revision"}
    left = {name: value for name, value in document.items() if value and name not in ids}
    assert set(left) == {"erased_at", "erased_by"}
    assert document["state"] == "erased"
    assert set(document["erased_by"]) == {"files", "forms", "notify", "tasks"}
    with pytest.raises(KeyDestroyed):
        await tasks.service.retention._stores.shared._keys.of(Key("bristol", delegation.task_id))


async def test_what_the_council_has_not_is_announced_and_goes_after_180_days(
    delegation: Delegation, later: Later
) -> None:
    await delegation.submit()
    later(160)
    await delegation.is_kept()
    later(167)
    await delegation.was_told(ANNOUNCED)
    await delegation.is_kept()
    later(181)
    await delegation.was_told(ORDERED)


async def test_a_receipt_that_overtakes_its_submission_waits_for_it(
    tasks: Tasks, delegation: Delegation, shared_broker: Broker
) -> None:
    await publish(shared_broker, "forms", ContributionReceived(**delegation.about, received_at=clock.now()))
    assert await stays(lambda: not tasks.recorder.of(ORDERED, delegation_id=delegation.delegation_id), seconds=1)
    await delegation.submit()

    async def is_noted() -> bool:
        submission = (await tasks.kept(delegation.task_id)).submission
        return submission is not None and submission.received_at is not None

    await eventually(is_noted)


async def test_what_was_withdrawn_goes_after_thirty_days(delegation: Delegation, later: Later) -> None:
    await delegation.retract()
    later(29)
    await delegation.is_kept()
    later(31)
    await delegation.was_told(ORDERED)


async def test_a_hold_stops_the_clock_and_the_hand_until_it_ends(delegation: Delegation, later: Later) -> None:
    await delegation.retract()
    assert (await delegation.ask("PUT", "holds")).status_code == 204
    later(31)
    await delegation.is_kept()
    refused = await delegation.ask("PUT", "erasures")
    assert (refused.status_code, refused.json()["code"]) == (409, "on_hold")
    assert (await delegation.ask("DELETE", "holds")).status_code == 204
    await delegation.was_told(ORDERED)


async def test_by_hand_it_goes_at_once_and_nothing_brings_it_back(tasks: Tasks, delegation: Delegation) -> None:
    assert [(await delegation.ask("PUT", "erasures")).status_code for _ in range(2)] == [204, 204]
    await delegation.was_told(ORDERED)
    told = len(tasks.recorder.of(ACCEPTED, delegation_id=delegation.delegation_id))
    await tasks.council.delegate(delegation.delegation_id, delegation.email)
    await tasks.council.delegate(delegation.delegation_id, delegation.email, comments="Something else")
    retraction = {"delegation_id": delegation.delegation_id, "reason": "Moved"}
    await tasks.council.publish("council.delegation.retracted.v1", retraction)
    assert await stays(lambda: len(tasks.recorder.of(ACCEPTED, delegation_id=delegation.delegation_id)) == told)
    assert (await delegation.ask("GET", "delegations")).status_code == 404
    assert (await tasks.list(delegation.email))["rows"] == []


async def test_an_unknown_or_another_councils_delegation_cannot_be_erased(tasks: Tasks, delegation: Delegation) -> None:
    headers = council(tasks.key, "tasks", "oxfordshire")
    for door, delegation_id in (("erasures", delegation.delegation_id), ("erasures", "never"), ("holds", "never")):
        answer = await tasks.client.put(f"/{door}/{delegation_id}", headers=headers)
        assert answer.status_code == 404
    await delegation.is_kept()
