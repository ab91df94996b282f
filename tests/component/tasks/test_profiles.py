"""What professionals keep about their work is told to the councils that name them, to each once, and to no other."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from chassis import clock
from contracts.auth import AccountChanged, AccountClosed, ProfileChanged
from contracts.base import Contact, ProfessionalRegistration, Profile
from tests.component.tasks.conftest import Tasks
from tests.component.tasks.test_delegations import ACCEPTED, new_id
from tests.component.tasks.test_readdressing import Mover
from tests.support.broker import Broker
from tests.support.council import Council
from tests.support.events import publish
from tests.support.eventually import eventually, stays

TOLD = "portal.profile.told.v1"
OTHER = "oxfordshire"
REGISTRATION = ProfessionalRegistration(body="hcpc", number="OT12345")
PROFILE = Profile(professional_registration=REGISTRATION, works_for=["Hill View School"])
AS_TOLD = {
    "professional_registration": {"body": "hcpc", "other_body": "", "number": "OT12345"},
    "works_for": ["Hill View School"],
}


@pytest.fixture
async def other(shared_broker: Broker) -> AsyncIterator[Council]:
    async with Council(OTHER, shared_broker.url_of(OTHER), "", "", "") as council:
        yield council


class Professional(Mover):
    """Somebody with an account, who keeps a profile."""

    async def keep(self, profile: Profile = PROFILE, at: datetime | None = None) -> None:
        event = ProfileChanged(
            account_id=self.account_id,
            authority="bristol",
            person=Contact(email=self.email, name="Sandra"),
            profile=profile,
            changed_at=at or clock.now(),
        )
        await publish(self.broker, "auth", event, times=2)
        query = {"_id": self.account_id, "profiled_at": {"$ne": None}}
        await eventually(lambda: self.tasks.database["people"].find_one(query))

    async def work_as(self, role: str) -> None:
        person = Contact(email=self.email, name="Sandra Jones")
        event = AccountChanged(
            account_id=self.account_id,
            authority="bristol",
            person=person,
            role=role,
            organisation="Example Trust",
            changed_at=clock.now(),
        )
        await publish(self.broker, "auth", event, times=2)
        query = {"_id": self.account_id, "named_at": event.changed_at}
        await eventually(lambda: self.tasks.database["people"].find_one(query))

    def told(self, authority: str) -> list[dict[str, Any]]:
        return [one.body for one in self.tasks.recorder.of(TOLD, authority=authority, email=self.email)]

    async def hears(self, authority: str, number: int = 1) -> dict[str, Any]:
        """What an authority was told last, of so many."""

        def all_told() -> bool:
            return len(self.told(authority)) >= number

        await eventually(all_told)
        assert len(self.told(authority)) == number
        return self.told(authority)[-1]

    async def is_named_by(self, council: Council, **changes: Any) -> str:
        delegation_id = new_id()
        await council.delegate(delegation_id, self.email, **changes)
        await self.tasks.recorder.expect(ACCEPTED, delegation_id=delegation_id)
        return delegation_id


@pytest.fixture
async def professional(tasks: Tasks, shared_broker: Broker) -> Professional:
    one = Professional(tasks, shared_broker)
    await one.register()
    return one


async def test_councils_that_have_named_somebody_hear_of_a_profile_and_of_each_change_and_no_other_does(
    professional: Professional, tasks: Tasks
) -> None:
    await professional.is_named_by(tasks.council)
    await professional.work_as("Occupational therapist")
    await professional.keep()
    told = await professional.hears("bristol")
    assert told["profile"] == AS_TOLD
    assert (told["name"], told["role"], told["organisation"]) == (
        "Sandra Jones",
        "Occupational therapist",
        "Example Trust",
    )
    await professional.work_as("Team manager")
    assert (await professional.hears("bristol", 2))["role"] == "Team manager"
    await professional.keep(Profile())
    assert (await professional.hears("bristol", 3))["profile"] == {"works_for": []}
    assert await stays(lambda: not professional.told(OTHER))
    kept = await tasks.database["people"].find_one({"_id": professional.account_id})
    assert "Example Trust" not in str(kept), "an organisation is sealed"


async def test_a_council_that_names_somebody_later_hears_of_it_once(
    professional: Professional, tasks: Tasks, other: Council
) -> None:
    await professional.keep()
    kept = await tasks.database["people"].find_one({"_id": professional.account_id})
    assert "OT12345" not in str(kept), "a profile is sealed"
    for _ in range(2):
        await professional.is_named_by(other)
    told = await professional.hears(OTHER)
    assert told["profile"] == AS_TOLD
    assert "role" not in told, "none was heard of"
    assert "organisation" not in told
    assert not professional.told("bristol")


async def test_a_work_group_names_its_members(professional: Professional, other: Council) -> None:
    await professional.keep()
    group = f"wg-{uuid4().hex[:8]}"
    for version in (1, 2):
        await other.define_group(group, ["nobody@school.example", professional.email], version)
        await professional.hears(OTHER)


async def test_so_does_a_council_that_gives_a_form_to_somebody_instead(
    professional: Professional, tasks: Tasks, shared_broker: Broker, other: Council
) -> None:
    await professional.keep()
    holder = Professional(tasks, shared_broker)
    await holder.register()
    declined = await holder.is_named_by(other)
    why = {"reason_code": "not_known", "explanation": "Not known to us"}
    task_id = (await tasks.recorder.expect(ACCEPTED, delegation_id=declined))["task_id"]
    answer = await tasks.client.post(f"/tasks/{task_id}/decline", json=why, headers=tasks.as_person(holder.email))
    assert answer.status_code == 204, answer.text
    instead = {"kind": "person", "email": professional.email}
    decision = {"delegation_id": declined, "decision": "re-delegated", "assignee": instead}
    await other.publish("council.delegation.decided.v1", decision)
    await professional.hears(OTHER)


async def test_and_one_whose_professional_has_left_for_whoever_comes_after(
    professional: Professional, tasks: Tasks, other: Council
) -> None:
    await professional.keep()
    instead = {"kind": "person", "email": professional.email}
    departed = {"email": "left@school.example", "assignee": instead, "departed_at": clock.now().isoformat()}
    await other.publish("council.professional.departed.v1", departed)
    await professional.hears(OTHER)


async def test_what_is_refused_names_nobody(professional: Professional, tasks: Tasks, other: Council) -> None:
    await professional.keep()
    message_id = await other.delegate(new_id(), professional.email, due_on="2030-01-01", internal_due_on="2030-02-01")
    await tasks.recorder.expect("portal.message.rejected.v1", message_id=message_id)
    assert await stays(lambda: not professional.told(OTHER))


async def test_whoever_has_another_address_is_told_of_under_it(professional: Professional, tasks: Tasks) -> None:
    await professional.is_named_by(tasks.council)
    await professional.keep()
    await professional.hears("bristol")
    await professional.move()
    assert (await professional.hears("bristol"))["profile"] == AS_TOLD


async def test_nothing_is_told_of_whoever_keeps_none(professional: Professional, tasks: Tasks) -> None:
    await professional.is_named_by(tasks.council)
    await professional.work_as("SENCO")
    assert await stays(lambda: not professional.told("bristol"))


async def test_nothing_is_left_of_it_when_the_account_is_closed(
    professional: Professional, tasks: Tasks, other: Council
) -> None:
    await professional.keep()
    person = Contact(email=professional.email, name="Sandra")
    closed = AccountClosed(
        account_id=professional.account_id, authority="bristol", person=person, closed_at=clock.now()
    )
    await publish(professional.broker, "auth", closed)

    async def is_gone() -> bool:
        known = await tasks.service.profiles._stores.people.get(professional.account_id)
        return known is not None and known.profile == Profile()

    await eventually(is_gone)
    await professional.is_named_by(other)
    assert await stays(lambda: not professional.told(OTHER))
