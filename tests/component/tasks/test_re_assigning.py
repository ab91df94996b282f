"""Re-assigning over HTTP: who may, what moves, what the others are told, what the manager's list shows."""

import asyncio
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import Response

from chassis import clock
from contracts.auth import AccountRegistered
from contracts.base import Contact
from tests.component.tasks.conftest import Tasks
from tests.component.tasks.test_delegations import OPENED, new_email, new_id
from tests.support.broker import Broker
from tests.support.events import publish
from tests.support.eventually import eventually

AMENDED = "tasks.task.amended.v1"


@dataclass
class Team:
    """A work group with a manager and two members, of whom one has picked up its task."""

    tasks: Tasks
    group: str = field(default_factory=lambda: f"wg-{uuid4().hex[:8]}")
    delegation_id: str = field(default_factory=new_id)
    manager: str = field(default_factory=new_email)
    sandra: str = field(default_factory=new_email)
    tom: str = field(default_factory=new_email)
    task_id: str = ""

    async def gather(self) -> "Team":
        await self.tasks.council.define_group(self.group, [self.manager, self.sandra, self.tom])
        assignee = {"kind": "work_group", "work_group_id": self.group}
        await self.tasks.council.delegate(self.delegation_id, assignee=assignee, due_on="2031-09-05")
        opened = await self.tasks.recorder.expect(OPENED, delegation_id=self.delegation_id)
        self.task_id = opened["task_id"]
        assert (await self.post("pickup", self.sandra)).status_code == 200
        return self

    async def post(self, what: str, by: str, body: dict[str, Any] | None = None) -> Response:
        headers = self.tasks.as_person(by, "Sandra" if by == self.sandra else "Somebody")
        return await self.tasks.client.post(f"/tasks/{self.task_id}/{what}", json=body or {}, headers=headers)

    async def give(self, by: str, to: str) -> Response:
        """Re-assign to a person, or to a work group by its id."""
        is_person = "@" in to
        whom = {"kind": "person", "email": to} if is_person else {"kind": "work_group", "work_group_id": to}
        return await self.post("re-assign", by, {"to": whom})

    async def choices(self, by: str, words: str = "") -> dict[str, Any]:
        if words:
            answer = await self.post("re-assign/search", by, {"words": words})
        else:
            address = f"/tasks/{self.task_id}/re-assign"
            answer = await self.tasks.client.get(address, headers=self.tasks.as_person(by))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def listed(self, by: str, page: int = 1) -> dict[str, Any]:
        answer = await self.tasks.client.get(f"/group-tasks?page={page}", headers=self.tasks.as_person(by))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def picked_up_late(self) -> None:
        """Tom has picked one up whose date is over."""
        delegation_id = new_id()
        assignee = {"kind": "work_group", "work_group_id": self.group}
        await self.tasks.council.delegate(
            delegation_id, assignee=assignee, received_on="2021-01-04", due_on="2021-02-15"
        )
        task_id = str((await self.tasks.recorder.expect(OPENED, delegation_id=delegation_id))["task_id"])
        answer = await self.tasks.client.post(f"/tasks/{task_id}/pickup", headers=self.tasks.as_person(self.tom, "Tom"))
        assert answer.status_code == 200, answer.text

    async def told(self, moves: int) -> list[list[dict[str, Any]]]:
        """Whom to email of each move, when so many have been told."""

        def found() -> list[dict[str, Any]] | None:
            heard = self.tasks.recorder.of("tasks.task.assigned.v1", delegation_id=self.delegation_id)
            return [one.body for one in heard] if len(heard) == moves else None

        bodies = await eventually(found) or []
        return [body["tell"] for body in sorted(bodies, key=lambda body: int(body["task_version"]))]


@pytest.fixture
async def team(tasks: Tasks) -> Team:
    return await Team(tasks).gather()


async def test_a_manager_gives_a_picked_up_task_to_another_member(team: Team) -> None:
    listed = await team.listed(team.manager)
    assert [(row["task_id"], row["holder_name"]) for row in listed["rows"]] == [(team.task_id, "Sandra")]
    assert (listed["manages"], (await team.tasks.list(team.manager))["manages"]) == (["bristol"], ["bristol"])
    first = await team.give(team.manager, team.tom)
    again = await team.give(team.manager, team.tom)
    assert (first.status_code, again.status_code) == (204, 204), first.text
    refused = await team.post("grant", team.sandra)
    assert (refused.status_code, refused.json()["code"]) == (409, "re_assigned")
    assert (await team.post("grant", team.tom)).status_code == 200
    told = await team.tasks.recorder.expect(
        "portal.delegation.assigned.v1", delegation_id=team.delegation_id, how="re_assigned"
    )
    assert told["from"] == {"kind": "person", "email": team.sandra}
    assert told["to"] == {"kind": "person", "email": team.tom}
    assert told["by"] == team.manager
    assert await team.told(moves=2) == [[], [{"email": team.tom, "name": ""}]]
    assert (await team.tasks.list(team.tom))["rows"][0]["due_on"] == "2031-09-05"
    assert (await team.tasks.list(team.sandra))["rows"] == []


async def test_a_task_goes_round_by_way_of_a_group(team: Team) -> None:
    assert (await team.give(team.manager, team.manager)).status_code == 204
    assert (await team.give(team.manager, team.group)).status_code == 204
    assert (await team.listed(team.manager))["rows"] == []
    waiting = (await team.tasks.list(team.tom))["group_rows"]
    assert [row["work_group_name"] for row in waiting] == [f"Group {team.group}"]
    assert (await team.give(team.sandra, team.tom)).status_code == 404
    assert (await team.give(team.manager, team.tom)).status_code == 204, "who manages the group gives it out"
    assert [row["task_id"] for row in (await team.listed(team.manager))["rows"]] == [team.task_id]
    inbox = {"email": f"{team.group}@school.example", "name": f"Group {team.group}"}
    assert await team.told(moves=4) == [[], [], [inbox], [{"email": team.tom, "name": ""}]]


async def test_a_manager_sees_what_members_have_declined_until_the_council_decides(team: Team) -> None:
    (waiting,) = await opened(team, 1)
    why = {"reason_code": "not_known", "explanation": "We have no record of this child."}
    assert (await team.post("decline", team.sandra, why)).status_code == 204
    declined = await team.tasks.client.post(
        f"/tasks/{waiting}/decline", json=why, headers=team.tasks.as_person(team.tom)
    )
    assert declined.status_code == 204
    listed = await team.listed(team.manager)
    assert [(row["task_id"], row["progress"]) for row in listed["rows"]] == [(team.task_id, "declined")]
    assert [(row["task_id"], row["progress"]) for row in listed["waiting"]] == [(waiting, "declined")]
    assert listed["colleagues"] == [], "nobody has it to fill in"
    assert (await team.tasks.list(team.tom))["group_rows"] == [], "nobody can pick it up"
    assert (await team.give(team.manager, team.tom)).status_code == 409
    decided = "council.delegation.decided.v1"
    await team.tasks.council.publish(decided, {"delegation_id": team.delegation_id, "decision": "accepted"})
    await team.tasks.recorder.expect("tasks.task.retracted.v1", delegation_id=team.delegation_id)
    listed = await team.listed(team.manager)
    assert (listed["rows"], [row["progress"] for row in listed["waiting"]]) == ([], ["declined"])
    delegation_id = (await team.tasks.kept(waiting)).delegation_id
    await team.tasks.council.publish(decided, {"delegation_id": delegation_id, "decision": "refused"})
    await team.tasks.recorder.expect("tasks.task.decided.v1", delegation_id=delegation_id)
    assert [row["progress"] for row in (await team.listed(team.manager))["waiting"]] == [None]


async def many(team: Team, task_ids: list[str], to: str, by: str = "") -> dict[str, Any]:
    """Several at once to a person."""
    body = {"task_ids": task_ids, "to": {"kind": "person", "email": to}}
    headers = team.tasks.as_person(by or team.manager)
    answer = await team.tasks.client.post("/re-assign", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def opened(team: Team, number: int) -> list[str]:
    """So many more that wait in the group."""
    ids = [new_id() for _ in range(number)]
    assignee = {"kind": "work_group", "work_group_id": team.group}
    for one in ids:
        await team.tasks.council.delegate(one, assignee=assignee)
    return [(await team.tasks.recorder.expect(OPENED, delegation_id=one))["task_id"] for one in ids]


async def test_fifty_at_once_whether_they_wait_or_were_picked_up(team: Team) -> None:
    waiting = await opened(team, 49)
    listed = await team.listed(team.manager)
    assert (len(listed["waiting"]), listed["has_more_waiting"], len(listed["rows"])) == (25, True, 1)
    ids = [team.task_id, *waiting]
    choices = await team.tasks.client.post(
        "/re-assign/choices", json={"task_ids": ids, "words": ""}, headers=team.tasks.as_person(team.manager)
    )
    users = {one["email"]: one["open_tasks"] for one in choices.json()["users"]}
    assert users == {team.manager: 0, team.sandra: 1, team.tom: 0}
    done = await many(team, ids, team.tom)
    assert (len(done["moved"]), done["left"]) == (50, [])
    again = await many(team, ids, team.tom)
    assert (len(again["moved"]), again["left"]) == (50, []), "the same again changes nothing"
    page = await team.tasks.client.get("/tasks?tab=assigned&page=2", headers=team.tasks.as_person(team.tom))
    assert (page.json()["counts"]["assigned"], len(page.json()["rows"])) == (50, 25)
    heard = team.tasks.recorder.of("tasks.task.assigned.v1", delegation_id=team.delegation_id)
    await eventually(
        lambda: len(team.tasks.recorder.of("tasks.task.assigned.v1", delegation_id=team.delegation_id)) == 2
    )
    assert len(heard) <= 2


async def test_all_that_a_colleague_has_picked_up_goes_at_once(team: Team, tasks: Tasks) -> None:
    *hers, waiting = await opened(team, 3)
    as_manager = tasks.as_person(team.manager)
    for task_id in hers:
        answer = await tasks.client.post(f"/tasks/{task_id}/pickup", headers=tasks.as_person(team.sandra, "Sandra"))
        assert answer.status_code == 200, answer.text
    await tasks.council.delegate(new_id(), team.sandra)
    await team.picked_up_late()
    listed = await team.listed(team.manager)
    found = {one["name"]: (one["open_tasks"], one["late"]) for one in listed["colleagues"]}
    assert found == {"Sandra": (3, 0), "Tom": (1, 1)}
    (of_sandra,) = [one["task_id"] for one in listed["colleagues"] if one["name"] == "Sandra"]
    answer = await tasks.client.get(f"/re-assign/all-of/{of_sandra}", headers=as_manager)
    ids = answer.json()["task_ids"]
    assert set(ids) == {team.task_id, *hers}, "neither what waits, nor what came by name"
    other = await Team(tasks).gather()
    refused = [
        await tasks.client.get(f"/re-assign/all-of/{waiting}", headers=as_manager),
        await tasks.client.get(f"/re-assign/all-of/{other.task_id}", headers=as_manager),
        await tasks.client.get(f"/re-assign/all-of/{team.task_id}", headers=tasks.as_person(team.sandra)),
        await tasks.client.get("/re-assign/all-of/none", headers=as_manager),
    ]
    assert [(one.status_code, one.json()["code"]) for one in refused] == [(404, "unknown_task")] * 4
    assert len((await many(team, ids, team.tom))["moved"]) == 3
    assert [one["open_tasks"] for one in (await team.listed(team.manager))["colleagues"]] == [4], "all are Tom's"


async def test_those_that_cannot_go_stay_and_say_why_and_others_are_not_heard_of(team: Team, tasks: Tasks) -> None:
    other = await Team(tasks).gather()
    (waiting,) = await opened(team, 1)
    await tasks.council.publish(
        "council.delegation.retracted.v1", {"delegation_id": team.delegation_id, "reason": "Moved away"}
    )
    await tasks.recorder.expect("tasks.task.retracted.v1", delegation_id=team.delegation_id)
    done = await many(team, [team.task_id, waiting, other.task_id, "none"], team.tom)
    assert [row["task_id"] for row in done["moved"]] == [waiting]
    assert {one["task_id"]: one["code"] for one in done["left"]} == {
        team.task_id: "not_open",
        other.task_id: "unknown_task",
        "none": "unknown_task",
    }
    answer = await tasks.client.post(
        "/re-assign/choices",
        json={"task_ids": [waiting, other.task_id], "words": ""},
        headers=tasks.as_person(team.manager),
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_task")
    assert (await many(team, [waiting], team.sandra, by=team.sandra))["moved"] == []


async def test_a_task_of_another_group_waits_there_once_it_is_moved(team: Team) -> None:
    other, ada = f"wg-{uuid4().hex[:8]}", new_email()
    await team.tasks.council.define_group(other, [team.manager, ada])
    await eventually(lambda: team.tasks.database["work_groups"].find_one({"work_group_id": other}))
    assert (await team.give(team.manager, other)).status_code == 204
    assert (await team.post("pickup", team.tom)).status_code == 404
    assert (await team.post("pickup", ada)).status_code == 200
    assert (await team.post("grant", team.sandra)).status_code == 404


async def test_a_groups_generic_inbox_hears_of_what_its_members_have_and_of_nothing_elsewhere(tasks: Tasks) -> None:
    team, elsewhere, duty = Team(tasks), new_email(), new_email()
    await tasks.council.define_group(team.group, [team.manager, team.sandra])
    await tasks.council.define_group(f"wg-{uuid4().hex[:8]}", [team.manager, elsewhere])
    assignee = {"kind": "work_group", "work_group_id": team.group}
    await tasks.council.delegate(team.delegation_id, assignee=assignee, notify_email=duty)
    team.task_id = (await tasks.recorder.expect(OPENED, delegation_id=team.delegation_id))["task_id"]
    told = []
    for number, to in enumerate((team.sandra, elsewhere)):
        assert (await team.give(team.manager, to)).status_code == 204
        changed = {"delegation_id": team.delegation_id, "comments": f"{number}"}
        await tasks.council.publish("council.delegation.amended.v1", changed)
        amended = await tasks.recorder.expect(AMENDED, delegation_id=team.delegation_id, comments=f"{number}")
        told.append([one["email"] for one in amended["tell"]])
    assert told == [[team.sandra, duty], [elsewhere]]


async def test_those_without_a_say_are_refused(team: Team) -> None:
    stranger = new_email()
    refusals = [
        await team.give(team.sandra, team.tom),
        await team.give(team.tom, team.tom),
        await team.give(stranger, stranger),
        await team.give(team.manager, stranger),
        await team.give(team.manager, "wg-none"),
        await team.post("re-assign", team.manager, {"to": {"kind": "person"}}),
    ]
    assert [(one.status_code, one.json()["code"]) for one in refusals] == [
        (403, "not_to_them"),
        (404, "unknown_task"),
        (404, "unknown_task"),
        (403, "not_to_them"),
        (403, "not_to_them"),
        (400, "invalid_body"),
    ]
    seen = await team.listed(stranger)
    assert (seen["rows"], seen["waiting"], seen["manages"], seen["re_assigned"]) == ([], [], [], None)
    assert (await team.tasks.client.get(f"/tasks/{team.task_id}/re-assign")).status_code == 401


async def test_choices_show_the_names_of_the_registered(team: Team, shared_broker: Broker) -> None:
    event = AccountRegistered(
        account_id=str(uuid4()),
        authority="bristol",
        person=Contact(email=team.tom.upper(), name="Tom Professional"),
        registered_at=clock.now(),
    )
    await publish(shared_broker, "auth", event, times=2)

    async def named() -> dict[str, Any] | None:
        found = await team.choices(team.manager, "professional")
        return found if found["users"] else None

    found = await eventually(named) or {}
    assert [(one["name"], one["email"]) for one in found["users"]] == [("Tom Professional", team.tom)]
    everybody = await team.choices(team.manager)
    assert {one["email"] for one in everybody["users"]} == {team.manager, team.tom}
    assert [one["name"] for one in everybody["groups"]] == [f"Group {team.group}"]
    assert (everybody["choices"], everybody["is_own"]) == (3, False)
    assert (await team.give(team.manager, team.tom)).status_code == 204
    assert [row["holder_name"] for row in (await team.listed(team.manager))["rows"]] == ["Tom Professional"]


async def test_of_two_moves_at_once_each_is_whole(team: Team) -> None:
    answers = await asyncio.gather(
        team.give(team.manager, team.tom), team.give(team.manager, team.manager), team.give(team.manager, team.group)
    )
    assert {one.status_code for one in answers} <= {204, 409}
    kept = await team.tasks.kept(team.task_id)
    assert kept.version == 1 + len(kept.moves)


async def test_the_former_holder_is_told_by_email_in_the_list_and_on_the_stale_page(tasks: Tasks) -> None:
    group, morag, tom, delegation_id = new_id(), new_email(), new_email(), new_id()
    await tasks.council.define_group(group, [morag, tom])
    await tasks.council.delegate(delegation_id, assignee={"kind": "work_group", "work_group_id": group})
    task_id = (await tasks.recorder.expect(OPENED, delegation_id=delegation_id))["task_id"]
    as_tom, as_morag = tasks.as_person(tom, "Tom"), tasks.as_person(morag, "Morag Manager")
    assert (await tasks.client.post(f"/tasks/{task_id}/pickup", headers=as_tom)).status_code == 200
    to = {"to": {"kind": "person", "email": morag}}
    assert (await tasks.client.post(f"/tasks/{task_id}/re-assign", json=to, headers=as_morag)).status_code == 204
    moved = await tasks.recorder.expect("tasks.task.assigned.v1", delegation_id=delegation_id, by="Morag Manager")
    assert (moved["former"]["email"], moved["form_title"] != "") == (tom, True)
    page = await tasks.list(tom)
    assert [(row["by"], row["holder_name"]) for row in page["moved"]] == [("Morag Manager", morag)]
    stale = await tasks.client.post(f"/tasks/{task_id}/grant", headers=as_tom)
    assert (stale.status_code, stale.json()["code"], stale.json()["holder"]) == (409, "re_assigned", morag)
    assert "Morag Manager" in stale.json()["detail"]
    done = await tasks.client.get(f"/tasks?re_assigned={task_id}", headers=as_morag)
    assert done.json()["re_assigned"]["holder_name"] == morag
    assert (await tasks.client.get(f"/tasks?re_assigned={task_id}", headers=as_tom)).json()["re_assigned"] is None


async def test_whoever_picked_a_form_up_can_give_it_back_to_the_group(tasks: Tasks) -> None:
    group, morag, tom, delegation_id = new_id(), new_email(), new_email(), new_id()
    await tasks.council.define_group(group, [morag, tom])
    await tasks.council.delegate(delegation_id, assignee={"kind": "work_group", "work_group_id": group})
    task_id = (await tasks.recorder.expect(OPENED, delegation_id=delegation_id))["task_id"]
    as_tom = tasks.as_person(tom)
    await tasks.client.post(f"/tasks/{task_id}/pickup", headers=as_tom)
    choices = (await tasks.client.get(f"/tasks/{task_id}/re-assign", headers=as_tom)).json()
    assert [one["work_group_id"] for one in choices["groups"]] == [group]
    assert [one["email"] for one in choices["users"]] == [morag]
    back = {"to": {"kind": "work_group", "work_group_id": group}}
    assert (await tasks.client.post(f"/tasks/{task_id}/re-assign", json=back, headers=as_tom)).status_code == 204
    assert [row["task_id"] for row in (await tasks.list(morag))["group_rows"]] == [task_id]
    assert (await tasks.list(tom))["moved"] == []
