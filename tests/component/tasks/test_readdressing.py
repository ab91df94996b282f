"""Somebody has another email address: their forms and their groups go with them, whatever address councils use."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from chassis import clock
from contracts.auth import AccountChanged, AccountReaddressed, AccountRegistered
from contracts.base import Contact
from tests.component.tasks.conftest import Tasks
from tests.component.tasks.test_delegations import ACCEPTED, new_email, new_id
from tests.component.tasks.test_returned import Submitted
from tests.support.broker import Broker
from tests.support.events import publish
from tests.support.eventually import eventually, stays

ASSIGNED = "portal.delegation.assigned.v1"
HEARD = "tasks.task.assigned.v1"


class Mover:
    """A person with an account, who has one address after the other."""

    def __init__(self, tasks: Tasks, broker: Broker) -> None:
        self.tasks, self.broker = tasks, broker
        self.account_id = str(uuid4())
        self.email = new_email()

    async def register(self) -> None:
        event = AccountRegistered(
            account_id=self.account_id,
            authority="bristol",
            person=Contact(email=self.email, name="Sandra"),
            registered_at=clock.now(),
        )
        await publish(self.broker, "auth", event)
        await eventually(lambda: self.tasks.database["people"].find_one({"_id": self.account_id}))

    def moved(self, email: str, former: str, at: datetime) -> AccountReaddressed:
        return AccountReaddressed(
            account_id=self.account_id,
            authority="bristol",
            person=Contact(email=email, name="Sandra"),
            former=Contact(email=former, name="Sandra"),
            readdressed_at=at,
        )

    async def move(self, *, times: int = 1) -> str:
        """To another address; gives the one before."""
        former, self.email = self.email, new_email()
        await publish(self.broker, "auth", self.moved(self.email, former, clock.now()), times=times)
        return former

    async def is_known_by(self, former: int) -> None:
        """Waits until so many addresses are known that were theirs."""
        query = {"_id": self.account_id, f"former_addresses.{former - 1}": {"$exists": True}}
        await eventually(lambda: self.tasks.database["people"].find_one(query))

    async def rows(self, tab: str = "assigned", email: str = "") -> list[dict[str, Any]]:
        return list((await self.tasks.list(email or self.email, tab))["rows"])

    async def has(self, number: int, tab: str = "assigned") -> None:
        async def has_all() -> bool:
            return len(await self.rows(tab)) == number

        await eventually(has_all)


@pytest.fixture
async def mover(tasks: Tasks, shared_broker: Broker) -> Mover:
    one = Mover(tasks, shared_broker)
    await one.register()
    return one


async def test_forms_open_or_over_go_with_the_person_and_the_council_hears_of_those_that_are_open(
    tasks: Tasks, mover: Mover, shared_broker: Broker
) -> None:
    waiting, over = new_id(), Submitted(tasks, shared_broker)
    await tasks.council.delegate(waiting, mover.email)
    await tasks.recorder.expect(ACCEPTED, delegation_id=waiting)
    over.email = mover.email
    await over.open()
    await over.submit("c-1")
    await over.is_completed("c-1")
    former = await mover.move(times=2)
    told = await tasks.recorder.expect(ASSIGNED, delegation_id=waiting)
    assert (told["from"]["email"], told["to"]["email"], told["how"]) == (former, mover.email, "readdressed")
    heard = await tasks.recorder.expect(HEARD, delegation_id=waiting)
    assert (heard["tell"], heard["former"]) == ([], None)
    await mover.has(1)
    await mover.has(1, "submitted")
    assert await mover.rows(email=former) == []
    assert await stays(lambda: len(tasks.recorder.of(ASSIGNED, delegation_id=waiting)) == 1)
    assert not tasks.recorder.of(ASSIGNED, delegation_id=over.delegation_id)
    assert (await tasks.list(former))["moved"] == []
    grant = await tasks.client.post(f"/tasks/{heard['task_id']}/grant", headers=tasks.as_person(mover.email))
    assert grant.status_code == 200, grant.text


async def test_a_new_name_is_shown_to_managers_and_the_council_hears_nothing(
    tasks: Tasks, mover: Mover, shared_broker: Broker
) -> None:
    group, manager, delegation_id = f"wg-{uuid4().hex[:8]}", new_email(), new_id()
    await tasks.council.define_group(group, [manager, mover.email])
    await tasks.council.delegate(delegation_id, assignee={"kind": "work_group", "work_group_id": group})
    task_id = (await tasks.recorder.expect(ACCEPTED, delegation_id=delegation_id))["task_id"]
    picked = await tasks.client.post(f"/tasks/{task_id}/pickup", headers=tasks.as_person(mover.email))
    assert picked.status_code == 200, picked.text
    await tasks.recorder.expect(ASSIGNED, delegation_id=delegation_id)
    at = clock.now()
    for name, changed_at in (("Sandra Jones", at), ("Sandra Smith", at - timedelta(minutes=1))):
        person = Contact(email=mover.email, name=name)
        event = AccountChanged(account_id=mover.account_id, authority="bristol", person=person, changed_at=changed_at)
        await publish(shared_broker, "auth", event, times=2)

    async def is_shown() -> bool:
        answer = await tasks.client.get("/group-tasks", headers=tasks.as_person(manager))
        return [row["holder_name"] for row in answer.json()["rows"]] == ["Sandra Jones"]

    await eventually(is_shown)
    assert len(tasks.recorder.of(ASSIGNED, delegation_id=delegation_id)) == 1
    await mover.has(1)


async def test_what_the_council_sends_to_the_former_address_reaches_the_person(tasks: Tasks, mover: Mover) -> None:
    former = await mover.move()
    await mover.is_known_by(1)
    delegation_id = new_id()
    await tasks.council.delegate(delegation_id, former.upper())
    accepted = await tasks.recorder.expect(ACCEPTED, delegation_id=delegation_id)
    assert accepted["assigned_to"]["email"] == mover.email
    await tasks.council.delegate(delegation_id, former.upper())  # told once more, it is the same
    await mover.has(1)


async def test_groups_go_with_the_person_also_where_the_council_goes_on_using_the_former_address(
    tasks: Tasks, mover: Mover
) -> None:
    group, delegation_id = f"wg-{uuid4().hex[:8]}", new_id()
    await tasks.council.define_group(group, [mover.email, new_email()])
    await tasks.council.delegate(delegation_id, assignee={"kind": "work_group", "work_group_id": group})
    await tasks.recorder.expect(ACCEPTED, delegation_id=delegation_id)
    former = await mover.move()

    async def sees(email: str) -> bool:
        return bool((await tasks.list(email))["group_rows"])

    await eventually(lambda: sees(mover.email))
    assert not await sees(former)
    await tasks.council.define_group(group, [former, new_email()], 2)
    await eventually(lambda: tasks.database["work_groups"].find_one({"_id": f"bristol:{group}", "version": 2}))
    assert await sees(mover.email)
    assert not await sees(former)


async def test_a_former_address_that_somebody_else_registers_is_theirs_from_then_on(
    tasks: Tasks, mover: Mover, shared_broker: Broker
) -> None:
    earlier, later = new_id(), new_id()
    await tasks.council.delegate(earlier, mover.email)
    await tasks.recorder.expect(ACCEPTED, delegation_id=earlier)
    former = await mover.move()
    await mover.has(1)
    other = Mover(tasks, shared_broker)
    other.email = former
    await other.register()
    await tasks.council.delegate(later, former)
    accepted = await tasks.recorder.expect(ACCEPTED, delegation_id=later)
    assert accepted["assigned_to"]["email"] == former
    await other.has(1)
    await mover.has(1)


async def test_a_move_that_is_heard_after_somebody_else_has_the_address_takes_nothing_of_theirs(
    tasks: Tasks, mover: Mover, shared_broker: Broker
) -> None:
    earlier, between, later = new_id(), new_id(), new_id()
    await tasks.council.delegate(earlier, mover.email)
    await tasks.recorder.expect(ACCEPTED, delegation_id=earlier)
    former, at = mover.email, clock.now()
    other = Mover(tasks, shared_broker)
    other.email = former
    await other.register()
    await tasks.council.delegate(between, former)
    await tasks.recorder.expect(ACCEPTED, delegation_id=between)
    mover.email = new_email()
    for _ in range(2):  # the second time is long after
        await publish(shared_broker, "auth", mover.moved(mover.email, former, at))
        await mover.has(1)
        await other.has(1)
    await tasks.council.delegate(later, former)
    assert (await tasks.recorder.expect(ACCEPTED, delegation_id=later))["assigned_to"]["email"] == former
    await other.has(2)


async def test_two_moves_end_at_the_last_address_in_whatever_order_they_are_heard(
    tasks: Tasks, mover: Mover, shared_broker: Broker
) -> None:
    delegation_id, first, second, third = new_id(), mover.email, new_email(), new_email()
    await tasks.council.delegate(delegation_id, first)
    await tasks.recorder.expect(ACCEPTED, delegation_id=delegation_id)
    at = clock.now()
    await publish(shared_broker, "auth", mover.moved(third, second, at + timedelta(minutes=1)))
    await mover.is_known_by(2)
    await publish(shared_broker, "auth", mover.moved(second, first, at))
    mover.email = third
    await mover.has(1)


async def test_a_move_that_is_heard_before_the_registration_waits_for_it(tasks: Tasks, shared_broker: Broker) -> None:
    mover, delegation_id = Mover(tasks, shared_broker), new_id()
    former = mover.email
    await tasks.council.delegate(delegation_id, former)
    await tasks.recorder.expect(ACCEPTED, delegation_id=delegation_id)
    await mover.move()
    current, mover.email = mover.email, former
    await mover.register()
    mover.email = current
    await mover.has(1)
