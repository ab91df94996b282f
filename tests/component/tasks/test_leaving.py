"""Somebody closes their account: forms go back to their group, or to the council, and nothing is known of them."""

from datetime import datetime
from uuid import uuid4

import pytest

from chassis import clock
from contracts.auth import AccountClosed, AccountRegistered
from contracts.base import Contact
from contracts.notify import EmailFailed
from tests.component.tasks.conftest import Tasks
from tests.component.tasks.test_delegations import ACCEPTED, new_email, new_id
from tests.component.tasks.test_lists import a_start
from tests.support.broker import Broker
from tests.support.council import Council
from tests.support.events import publish
from tests.support.eventually import eventually
from tests.support.service import council

ASSIGNED = "portal.delegation.assigned.v1"
DECLINED = "portal.delegation.declined.v1"
DEPARTED = "council.professional.departed.v1"
REJECTED = "portal.message.rejected.v1"


class Leaver:
    """Somebody with an account."""

    def __init__(self, tasks: Tasks, broker: Broker) -> None:
        self.tasks, self.broker = tasks, broker
        self.account_id, self.email = str(uuid4()), new_email()

    @property
    def person(self) -> Contact:
        return Contact(email=self.email, name="Sandra Leaver")

    async def register(self) -> None:
        event = AccountRegistered(
            account_id=self.account_id, authority="bristol", person=self.person, registered_at=clock.now()
        )
        await publish(self.broker, "auth", event)

    async def is_known(self) -> None:
        await eventually(lambda: self.tasks.database["people"].find_one({"_id": self.account_id}))

    async def has(self, delegation_id: str) -> None:
        """The council has asked them for a form."""
        await self.tasks.council.delegate(delegation_id, self.email)
        await self.tasks.recorder.expect(ACCEPTED, delegation_id=delegation_id)

    async def leave(self, at: datetime | None = None) -> None:
        """Told twice, as may be."""
        event = AccountClosed(
            account_id=self.account_id, authority="bristol", person=self.person, closed_at=at or clock.now()
        )
        await publish(self.broker, "auth", event, times=2)


@pytest.fixture
async def leaver(tasks: Tasks, shared_broker: Broker) -> Leaver:
    one = Leaver(tasks, shared_broker)
    await one.register()
    await one.is_known()
    return one


async def test_a_form_goes_back_to_its_group_and_one_without_a_group_to_the_council(
    tasks: Tasks, leaver: Leaver
) -> None:
    group, colleague, picked, named = f"wg-{uuid4().hex[:8]}", new_email(), new_id(), new_id()
    await tasks.council.define_group(group, [colleague, leaver.email])
    await tasks.council.delegate(picked, assignee={"kind": "work_group", "work_group_id": group})
    task_id = (await tasks.recorder.expect(ACCEPTED, delegation_id=picked))["task_id"]
    answer = await tasks.client.post(f"/tasks/{task_id}/pickup", headers=tasks.as_person(leaver.email))
    assert answer.status_code == 200, answer.text
    await tasks.recorder.expect(ASSIGNED, delegation_id=picked)
    await tasks.council.delegate(named, leaver.email)
    await tasks.recorder.expect(ACCEPTED, delegation_id=named)
    await leaver.leave()
    told = await tasks.recorder.expect(ASSIGNED, delegation_id=picked, how="re_assigned")
    assert (told["to"]["work_group_id"], told["by"]) == (group, leaver.email)
    declined = await tasks.recorder.expect(DECLINED, delegation_id=named)
    assert declined["reason_code"] == "no_longer_involved"
    assert "has closed their account" in declined["explanation"]
    await eventually(lambda: tasks.database["people"].find_one({"_id": leaver.account_id, "former_addresses": []}))
    assert len((await tasks.list(colleague))["group_rows"]) == 1
    assert len(tasks.recorder.of(ASSIGNED, delegation_id=picked)) == 2
    assert len(tasks.recorder.of(DECLINED, delegation_id=named)) == 1


async def test_what_was_given_to_the_address_since_then_stays_and_a_registration_heard_late_is_nobodys(
    tasks: Tasks, shared_broker: Broker
) -> None:
    leaver, later = Leaver(tasks, shared_broker), new_id()
    left_at = clock.now()
    await tasks.council.delegate(later, leaver.email)
    await tasks.recorder.expect(ACCEPTED, delegation_id=later)
    await leaver.leave(left_at)
    await leaver.is_known()
    await leaver.register()
    again = Leaver(tasks, shared_broker)
    again.email = leaver.email
    await again.register()
    await again.is_known()
    assert [row["state"] for row in (await tasks.list(leaver.email))["rows"]] == ["assigned"]
    now = await tasks.database["people"].find_one({"_id": again.account_id})
    assert now is not None
    assert await tasks.database["people"].count_documents({"address": now["address"]}) == 1


async def test_a_council_says_who_has_left_and_of_its_forms_none_stays(
    tasks: Tasks, leaver: Leaver, shared_broker: Broker
) -> None:
    group, colleague, picked, named, others, later = f"wg-{uuid4().hex[:8]}", new_email(), *(new_id() for _ in range(4))
    await tasks.council.define_group(group, [colleague, leaver.email])
    await tasks.council.delegate(picked, assignee={"kind": "work_group", "work_group_id": group})
    task_id = (await tasks.recorder.expect(ACCEPTED, delegation_id=picked))["task_id"]
    answer = await tasks.client.post(f"/tasks/{task_id}/pickup", headers=tasks.as_person(leaver.email))
    assert answer.status_code == 200, answer.text
    await leaver.has(named)
    async with Council("oxfordshire", shared_broker.url_of("oxfordshire"), "", "", "") as oxfordshire:
        await oxfordshire.delegate(others, leaver.email)
        await tasks.recorder.expect(ACCEPTED, delegation_id=others)
    departed = {"email": leaver.email.upper(), "departed_at": clock.now().isoformat()}
    await tasks.council.publish(DEPARTED, departed)
    told = await tasks.recorder.expect(ASSIGNED, delegation_id=picked, how="re_delegated")
    assert (told["from"]["email"], told["to"]["work_group_id"], told["by"]) == (leaver.email, group, "bristol")
    declined = await tasks.recorder.expect(DECLINED, delegation_id=named)
    assert (declined["reason_code"], "has left" in declined["explanation"]) == ("no_longer_involved", True)
    await leaver.has(later)
    await tasks.council.publish(DEPARTED, departed)
    nobody = {"kind": "work_group", "work_group_id": "wg-none"}
    last = await tasks.council.publish(DEPARTED, {**departed, "assignee": nobody})
    await tasks.recorder.expect(REJECTED, message_id=last)  # Waited for some seconds: the one before it is done.
    states = {
        row["authority"]: row["state"] for row in (await tasks.list(leaver.email))["rows"] if row["state"] != "declined"
    }
    assert states == {"oxfordshire": "assigned", "bristol": "assigned"}, "another council's, and what came later"
    assert len(tasks.recorder.of(ASSIGNED, delegation_id=picked, how="re_delegated")) == 1
    assert len(tasks.recorder.of(DECLINED, delegation_id=named)) == 1


async def test_a_council_says_who_has_left_and_who_gets_everything(tasks: Tasks, leaver: Leaver) -> None:
    heir, forms = new_email(), [new_id() for _ in range(3)]
    for one in forms:
        await leaver.has(one)
    departed = {"email": leaver.email, "departed_at": clock.now().isoformat()}
    for assignee, code in (
        ({"kind": "person", "email": leaver.email.upper()}, "assignee_departed"),
        ({"kind": "work_group", "work_group_id": "wg-none"}, "unknown_work_group"),
    ):
        message_id = await tasks.council.publish(DEPARTED, {**departed, "assignee": assignee})
        assert (await tasks.recorder.expect(REJECTED, message_id=message_id))["code"] == code
    assert len((await tasks.list(leaver.email))["rows"]) == 3
    await tasks.council.publish(DEPARTED, {**departed, "assignee": {"kind": "person", "email": heir}})
    for one in forms:
        told = await tasks.recorder.expect(ASSIGNED, delegation_id=one, how="re_delegated")
        assert told["to"]["email"] == heir
    rows = (await tasks.list(heir))["rows"], (await tasks.list(leaver.email))["rows"]
    assert [len(each) for each in rows] == [3, 0]


async def test_a_council_without_a_broker_says_it_over_http(tasks: Tasks, leaver: Leaver) -> None:
    heir, one = new_email(), new_id()
    await leaver.has(one)
    departed = {"authority": "bristol", "email": leaver.email, "departed_at": clock.now().isoformat()}
    headers = {**council(tasks.key, "tasks"), "Idempotency-Key": f"key-{one}"}
    for email, status in ((leaver.email, 422), (heir, 202)):
        body = {**departed, "assignee": {"kind": "person", "email": email}}
        answer = await tasks.client.post(f"/council-messages/{DEPARTED}", json=body, headers=headers)
        assert answer.status_code == status
    assert (await tasks.recorder.expect(ASSIGNED, delegation_id=one, how="re_delegated"))["to"]["email"] == heir


class Mailbox:
    """Of somebody who got a form from a work group."""

    def __init__(self, tasks: Tasks, broker: Broker) -> None:
        self.tasks, self.broker = tasks, broker
        self.email, self.colleague = new_email(), new_email()
        self.group, self.delegation_id = f"wg-{uuid4().hex[:8]}", new_id()

    async def gets_the_form(self) -> None:
        council, recorder = self.tasks.council, self.tasks.recorder
        await council.define_group(self.group, [self.colleague, self.email])
        await council.delegate(self.delegation_id, assignee={"kind": "work_group", "work_group_id": self.group})
        task_id = (await recorder.expect(ACCEPTED, delegation_id=self.delegation_id))["task_id"]
        headers = self.tasks.as_person(self.email)
        assert (await self.tasks.client.post(f"/tasks/{task_id}/pickup", headers=headers)).status_code == 200

    async def refuses_email(self, delegation_id: str, owed_at: datetime) -> None:
        """Told twice, as may be."""
        failed = EmailFailed(
            authority="bristol", delegation_id=delegation_id, person=Contact(email=self.email), owed_at=owed_at
        )
        await publish(self.broker, "notify", failed, times=2)

    async def is_asked_for(self, *, rows: int, group_rows: int) -> None:
        """So many forms are the person's, and so many wait in the group."""

        async def listed() -> bool:
            found = await self.tasks.list(self.email)
            return (len(found["rows"]), len(found["group_rows"])) == (rows, group_rows)

        await eventually(listed)


async def test_a_form_that_waits_in_a_mailbox_which_takes_no_email_goes_back_to_its_group_once(
    tasks: Tasks, shared_broker: Broker
) -> None:
    mailbox, direct = Mailbox(tasks, shared_broker), new_id()
    long_ago = clock.now()
    await mailbox.gets_the_form()
    await tasks.council.delegate(direct, mailbox.email)
    await tasks.recorder.expect(ACCEPTED, delegation_id=direct)
    await mailbox.refuses_email(direct, clock.now())
    await mailbox.refuses_email(mailbox.delegation_id, long_ago)
    await mailbox.is_asked_for(rows=2, group_rows=0)
    await mailbox.refuses_email(mailbox.delegation_id, clock.now())
    told = await tasks.recorder.expect(ASSIGNED, delegation_id=mailbox.delegation_id, how="undeliverable")
    assert (told["from"]["email"], told["to"]["work_group_id"]) == (mailbox.email, mailbox.group)
    heard = await tasks.recorder.expect("tasks.task.assigned.v1", delegation_id=mailbox.delegation_id, former=None)
    assert mailbox.email in {one["email"] for one in heard["tell"]} | {heard["person"].get("email")}
    await mailbox.is_asked_for(rows=1, group_rows=1)
    assert len(tasks.recorder.of(ASSIGNED, delegation_id=mailbox.delegation_id, how="undeliverable")) == 1
    assert not tasks.recorder.of(ASSIGNED, delegation_id=direct)


async def test_a_form_that_was_begun_stays_whatever_their_mailbox_says(tasks: Tasks, shared_broker: Broker) -> None:
    mailbox, other = Mailbox(tasks, shared_broker), Mailbox(tasks, shared_broker)
    await mailbox.gets_the_form()
    await other.gets_the_form()
    begun = a_start(mailbox.delegation_id)
    await publish(shared_broker, "forms", begun)
    await eventually(lambda: tasks.database["tasks"].find_one({"_id": begun.task_id, "started_at": {"$ne": None}}))
    await mailbox.refuses_email(mailbox.delegation_id, clock.now())
    await mailbox.refuses_email(new_id(), clock.now())
    await other.refuses_email(other.delegation_id, clock.now())
    await tasks.recorder.expect(ASSIGNED, delegation_id=other.delegation_id, how="undeliverable")
    await mailbox.is_asked_for(rows=1, group_rows=0)
    assert not tasks.recorder.of(ASSIGNED, delegation_id=mailbox.delegation_id, how="undeliverable")
