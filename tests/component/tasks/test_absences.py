"""Automatic replies: councils see them before and when they delegate, and new forms go to the substitute."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from httpx2 import Response

from chassis import clock
from contracts.auth import AccountClosed, AccountRegistered
from contracts.base import Contact
from tests.component.tasks.conftest import Later, Tasks
from tests.component.tasks.test_asks import WHY, Delegated
from tests.component.tasks.test_delegations import ACCEPTED, new_email, new_id
from tests.support.broker import Broker
from tests.support.events import publish
from tests.support.eventually import eventually
from tests.support.service import council, professional

ASSIGNED = "portal.delegation.assigned.v1"
OPENED = "tasks.task.opened.v1"
CHANGED = "portal.absence.changed.v1"
FORM = "ehc-needs-assessment-contributions"


class Colleague:
    """Somebody with an account, in whichever groups."""

    def __init__(self, tasks: Tasks, broker: Broker) -> None:
        self.tasks, self.broker = tasks, broker
        self.email = new_email()
        self.account_id = f"account-of-{self.email}"

    @property
    def headers(self) -> dict[str, str]:
        return professional(self.tasks.key, "tasks", self.email, "Sandra")

    async def register(self, role: str = "") -> "Colleague":
        person = Contact(email=self.email, name=f"Sandra {self.email[:6]}")
        event = AccountRegistered(
            account_id=self.account_id, authority="bristol", person=person, role=role, registered_at=clock.now()
        )
        await publish(self.broker, "auth", event)
        await eventually(lambda: self.tasks.database["people"].find_one({"_id": self.account_id}))
        return self

    async def say(self, *to: dict[str, Any], first: int = 0, last: int = 14, text: str = "I am on leave.") -> Response:
        """Away from so many days from today to so many."""
        today = clock.today()
        body = {
            "text": text,
            "from_on": (today + timedelta(days=first)).isoformat(),
            "to_on": (today + timedelta(days=last)).isoformat(),
            "substitutes": [{"authority": "bristol", **each} for each in to],
        }
        return await self.tasks.client.put("/absence", json=body, headers=self.headers)

    async def view(self) -> dict[str, Any]:
        answer = await self.tasks.client.get("/absence", headers=self.headers)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


def to(other: Colleague, form: str = "") -> dict[str, Any]:
    return {"form": form, "to": {"kind": "person", "email": other.email}}


def to_group(group: str, form: str = "") -> dict[str, Any]:
    return {"form": form, "to": {"kind": "work_group", "work_group_id": group}}


People = Callable[[int], Awaitable[list[Colleague]]]


@pytest.fixture
def people(tasks: Tasks, shared_broker: Broker) -> People:
    """So many colleagues."""

    async def make(number: int) -> list[Colleague]:
        return [await Colleague(tasks, shared_broker).register() for _ in range(number)]

    return make


async def in_group(tasks: Tasks, *members: Colleague) -> str:
    group = f"wg-{uuid4().hex[:8]}"
    await tasks.council.define_group(group, [each.email for each in members])
    await eventually(lambda: tasks.database["work_groups"].find_one({"_id": f"bristol:{group}"}))
    return group


async def delegated(tasks: Tasks, person: Colleague, **changes: Any) -> tuple[str, dict[str, Any]]:
    """The delegation's id, and what the council was answered."""
    delegation_id = new_id()
    await tasks.council.delegate(delegation_id, person.email, **changes)
    return delegation_id, await tasks.recorder.expect(ACCEPTED, delegation_id=delegation_id)


def faults(answer: Response) -> dict[str, str]:
    return {fault["path"]: fault["code"] for fault in answer.json()["faults"]}


async def test_a_new_form_goes_to_the_substitute_and_the_council_hears_why(tasks: Tasks, people: People) -> None:
    away, other = await people(2)
    await in_group(tasks, other, away)
    assert (await away.say(to(other))).status_code == 204
    told = await tasks.recorder.expect(CHANGED, email=away.email)
    assert (told["text"], told["substitute"]["email"]) == ("I am on leave.", other.email)
    delegation_id, accepted = await delegated(tasks, away)
    assert (accepted["absence"], accepted["assigned_to"]["email"]) == ("I am on leave.", away.email)
    moved = await tasks.recorder.expect(ASSIGNED, delegation_id=delegation_id)
    assert (moved["from"]["email"], moved["to"]["email"], moved["how"]) == (away.email, other.email, "re_routed")
    opened = await tasks.recorder.expect(OPENED, delegation_id=delegation_id)
    assert opened["person"]["email"] == other.email
    assert [each["email"] for each in opened["tell"]] == [other.email]
    assert len((await tasks.list(other.email))["rows"]) == 1
    assert (await tasks.list(away.email))["rows"] == []


async def test_it_counts_for_whom_a_council_chooses_instead_and_nobody_gets_back_what_they_declined(
    tasks: Tasks, people: People
) -> None:
    first, away, other = await people(3)
    await in_group(tasks, first, away, other)
    assert (await away.say(to(other))).status_code == 204
    for stands_in, gets in ((other, other), (first, away)):
        assert (await away.say(to(stands_in))).status_code == 204
        one = Delegated(tasks, (await delegated(tasks, first))[0], first.email)
        await one.ask("decline", WHY)
        await one.decide("re-delegated", assignee={"kind": "person", "email": away.email})
        moved = await one.hears(ASSIGNED)
        how = "re_routed" if gets is other else "re_delegated"
        assert (moved["from"]["email"], moved["to"]["email"], moved["how"]) == (first.email, gets.email, how)
        heard = await one.hears("tasks.task.assigned.v1")
        assert (heard["former"]["email"], [each["email"] for each in heard["tell"]]) == (first.email, [gets.email])
    assert len((await tasks.list(first.email))["moved"]) == 2


async def test_it_counts_for_whom_a_council_gives_all_that_a_leaver_had(tasks: Tasks, people: People) -> None:
    leaver, away, other = await people(3)
    await in_group(tasks, away, other)
    assert (await away.say(to(other))).status_code == 204
    delegation_id, _ = await delegated(tasks, leaver)
    departed = {"email": leaver.email, "departed_at": clock.now().isoformat()}
    assignee = {"kind": "person", "email": away.email}
    await tasks.council.publish("council.professional.departed.v1", {**departed, "assignee": assignee})
    moved = await tasks.recorder.expect(ASSIGNED, delegation_id=delegation_id)
    assert (moved["to"]["email"], moved["how"], moved["by"]) == (other.email, "re_routed", "bristol")


async def test_what_is_confidential_waits_for_whoever_it_is_for(tasks: Tasks, people: People) -> None:
    away, other = await people(2)
    await in_group(tasks, other, away)
    assert (await away.say(to(other))).status_code == 204
    _, accepted = await delegated(tasks, away, confidential=True)
    assert accepted["absence"]
    assert (len((await tasks.list(away.email))["rows"]), (await tasks.list(other.email))["rows"]) == (1, [])


async def test_councils_hear_that_it_is_over_once_by_its_person_or_with_their_account(
    tasks: Tasks, people: People, shared_broker: Broker
) -> None:
    away, closing, here = await people(3)
    await in_group(tasks, away, closing, here)
    for one in (away, closing):
        assert (await one.say()).status_code == 204
        assert (await tasks.recorder.expect(CHANGED, email=one.email))["to_on"]
    assert [(await tasks.client.delete("/absence", headers=away.headers)).status_code for _ in range(2)] == [204, 204]
    for one in (closing, here):
        person = Contact(email=one.email, name="Sandra")
        closed = AccountClosed(account_id=one.account_id, authority="bristol", person=person, closed_at=clock.now())
        await publish(shared_broker, "auth", closed, times=2)
        query = {"_id": one.account_id, "former_addresses": []}
        await eventually(lambda query=query: tasks.database["people"].find_one(query))  # type: ignore[misc]
    for one, times in ((away, 2), (closing, 2), (here, 0)):
        await eventually(lambda one=one, times=times: len(tasks.recorder.of(CHANGED, email=one.email)) >= times)  # type: ignore[misc]
        told = [heard.body for heard in tasks.recorder.of(CHANGED, email=one.email)]
        assert [(each["from_on"], each["text"]) for each in told[1:]] == [(None, "")] * (times - 1)


async def test_it_ends_by_the_clock(tasks: Tasks, people: People, later: Later) -> None:
    away, other = await people(2)
    await in_group(tasks, other, away)
    assert (await away.say(to(other), last=2)).status_code == 204
    assert (await delegated(tasks, away))[1]["absence"]
    later(3)
    assert (await delegated(tasks, away, due_on="2031-05-01"))[1]["absence"] is None
    assert (len((await tasks.list(other.email))["rows"]), len((await tasks.list(away.email))["rows"])) == (1, 1)


async def test_a_group_may_stand_in_and_one_form_may_go_elsewhere(tasks: Tasks, people: People) -> None:
    away, other = await people(2)
    group = await in_group(tasks, other, away)
    assert (await away.say(to_group(group), to(other, FORM))).status_code == 204
    _, accepted = await delegated(tasks, away)
    assert accepted["absence"]
    assert len((await tasks.list(other.email))["rows"]) == 1
    assert (await away.say(to_group(group))).status_code == 204
    await delegated(tasks, away)
    assert len((await tasks.list(other.email))["group_rows"]) == 1
    assert (await tasks.list(away.email))["rows"] == []


async def test_it_begins_and_ends_by_itself(tasks: Tasks, people: People) -> None:
    away, other = await people(2)
    await in_group(tasks, other, away)
    assert (await away.say(to(other), first=1, last=5)).status_code == 204
    assert (await delegated(tasks, away))[1]["absence"] is None
    assert len((await tasks.list(away.email))["rows"]) == 1
    assert (await away.view())["is_now"] is False
    assert (await away.say(to(other), first=0, last=0)).status_code == 204
    assert (await delegated(tasks, away))[1]["absence"]
    assert (await tasks.client.delete("/absence", headers=away.headers)).status_code == 204
    assert (await delegated(tasks, away))[1]["absence"] is None
    assert (await away.view())["absence"] is None
    assert len((await tasks.list(away.email))["rows"]) == 2


async def test_whoever_stands_in_and_is_away_passes_it_on_but_in_no_circle_nor_for_ever(
    tasks: Tasks, people: People
) -> None:
    chain = await people(5)
    await in_group(tasks, *chain)
    for one, following in pairwise(chain[:4]):
        assert (await one.say(to(following))).status_code == 204
    await delegated(tasks, chain[0])
    assert len((await tasks.list(chain[3].email))["rows"]) == 1, "three hops"
    assert (await chain[3].say(to(chain[4]))).status_code == 204
    await delegated(tasks, chain[0])
    assert len((await tasks.list(chain[0].email))["rows"]) == 1, "not four: it waits for whoever was meant"
    assert (await chain[1].say(to(chain[0]))).status_code == 204
    await delegated(tasks, chain[0])
    assert len((await tasks.list(chain[0].email))["rows"]) == 2, "nor in a circle"


async def test_nobody_outside_the_authoritys_groups_stands_in(tasks: Tasks, people: People) -> None:
    away, other, stranger = await people(3)
    group = await in_group(tasks, other, away)
    assert faults(await away.say(to(stranger))) == {"substitutes": "out_of_reach"}
    assert faults(await away.say(to_group("wg-nowhere"))) == {"substitutes": "out_of_reach"}
    elsewhere = {**to(other), "authority": "oxfordshire"}
    assert faults(await away.say(elsewhere)) == {"substitutes": "out_of_reach"}
    assert (await away.say(to(other))).status_code == 204
    await tasks.council.define_group(group, [away.email], 2)
    await eventually(lambda: tasks.database["work_groups"].find_one({"_id": f"bristol:{group}", "version": 2}))
    await delegated(tasks, away)
    assert len((await tasks.list(away.email))["rows"]) == 1, "whoever has left the group since then gets nothing"


async def test_what_cannot_be_is_told_at_its_field(people: People) -> None:
    (away,) = await people(1)
    assert faults(await away.say(text=" ", first=3, last=1)) == {"text": "required", "to_on": "too_early"}
    assert faults(await away.say(first=-9, last=-1)) == {"to_on": "past"}
    assert faults(await away.say(last=400)) == {"to_on": "too_late"}
    assert faults(await away.say(to(away))) == {"substitutes": "oneself"}
    assert (await away.view())["absence"] is None


async def test_a_council_sees_it_before_it_delegates_and_of_nobody_more_than_that(tasks: Tasks, people: People) -> None:
    away, other, here = await people(3)
    await in_group(tasks, other, away)
    assert (await away.say(to(other), first=2)).status_code == 204

    async def seen(email: str, authority: str = "bristol") -> dict[str, Any]:
        path = f"/professionals/{quote(email, safe='')}/absence"
        answer = await tasks.client.get(path, headers=council(tasks.key, "tasks", authority))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    found = await seen(away.email.upper())
    assert (found["text"], found["substitute"]["email"]) == ("I am on leave.", other.email)
    assert found["from_on"] == (clock.today() + timedelta(days=2)).isoformat()
    assert (await seen(away.email, "oxfordshire"))["substitute"] is None, (
        "whom another council's forms go to is its own"
    )
    nobody = await seen(new_email())
    assert {**await seen(here.email), "email": ""} == {**nobody, "email": ""}
    assert nobody["text"] is None


async def test_nothing_that_was_said_stands_in_clear(tasks: Tasks, people: People) -> None:
    away, other = await people(2)
    await in_group(tasks, other, away)
    assert (await away.say(to(other), text="A canary on leave")).status_code == 204
    kept = str(await tasks.database["people"].find_one({"_id": away.account_id}))
    assert "canary" not in kept
    assert other.email not in kept
