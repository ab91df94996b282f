"""Snoozing over HTTP: hidden and back again, what the lists count, whose it is, and what ends it."""

from datetime import timedelta
from typing import Any

from chassis import clock
from tests.component.tasks.conftest import Later, Tasks
from tests.component.tasks.test_delegations import OPENED, new_email, new_id
from tests.component.tasks.test_re_assigning import Team


def in_days(days: int) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


async def opened(tasks: Tasks, email: str, *due_in: int) -> list[str]:
    """A task for each of these days, in their order."""
    ids = [new_id() for _ in due_in]
    for delegation_id, days in zip(ids, due_in, strict=True):
        await tasks.council.delegate(delegation_id, email, due_on=in_days(days))
    return [(await tasks.recorder.expect(OPENED, delegation_id=one))["task_id"] for one in ids]


async def snooze(tasks: Tasks, email: str, task_ids: list[str], days: int) -> dict[str, Any]:
    body = {"task_ids": task_ids, "until": in_days(days)}
    answer = await tasks.client.post("/snooze", json=body, headers=tasks.as_person(email))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def show_again(tasks: Tasks, email: str, task_ids: list[str]) -> int:
    headers = tasks.as_person(email)
    return (await tasks.client.post("/snooze/end", json={"task_ids": task_ids}, headers=headers)).status_code


async def shown(tasks: Tasks, email: str, tab: str = "assigned") -> list[str]:
    return [row["task_id"] for row in (await tasks.list(email, tab))["rows"]]


async def test_many_are_hidden_at_once_and_lists_and_counts_stay_right(tasks: Tasks) -> None:
    email = new_email()
    ids = await opened(tasks, email, *range(5, 33))
    done = await snooze(tasks, email, [*ids[:26], ids[0]], 20)
    assert (len(done["snoozed"]), done["left"]) == (26, [])
    page = await tasks.list(email)
    assert [row["task_id"] for row in page["rows"]] == ids[26:]
    assert page["counts"] == {"assigned": 2, "snoozed": 26, "retracted": 0, "submitted": 0}
    assert (page["page"], page["pages"]) == (1, 1)
    first, second = await tasks.list(email, "snoozed"), await tasks.list(email, "snoozed&page=9")
    assert [row["task_id"] for row in first["rows"] + second["rows"]] == ids[:26], "by their due dates"
    assert (second["page"], second["pages"], len(first["rows"])) == (2, 2, 25)
    until = [row["snoozed_until"] for row in first["rows"]]
    assert until == [in_days(min(20, days)) for days in range(5, 30)], "on the due date at the latest"
    assert (await tasks.list(email, "snoozed&form=none"))["rows"] == []
    assert await show_again(tasks, email, [ids[3], ids[27], "none"]) == 204
    assert await shown(tasks, email) == [ids[3], *ids[26:]]
    assert (await tasks.list(email))["counts"]["snoozed"] == 25


async def test_it_comes_back_by_itself_on_its_day(tasks: Tasks, later: Later) -> None:
    email = new_email()
    (task_id,) = await opened(tasks, email, 30)
    await snooze(tasks, email, [task_id], 3)
    for days, there in ((2, []), (3, [task_id])):
        later(days)
        assert await shown(tasks, email) == there
    page = await tasks.list(email)
    assert (page["counts"]["assigned"], page["counts"]["snoozed"]) == (1, 0)


async def test_what_cannot_be_hidden_stays_and_others_are_not_heard_of(tasks: Tasks) -> None:
    email, other = new_email(), new_email()
    late, fits = await opened(tasks, email, 0, 9)
    (foreign,) = await opened(tasks, other, 9)
    done = await snooze(tasks, email, [late, fits, foreign, "none"], 5)
    assert [row["task_id"] for row in done["snoozed"]] == [fits]
    assert {one["task_id"]: one["code"] for one in done["left"]} == {
        late: "due",
        foreign: "unknown_task",
        "none": "unknown_task",
    }
    again = await snooze(tasks, email, [fits], 5)
    assert [row["task_id"] for row in again["snoozed"]] == [fits], "the same again changes nothing"
    assert (await tasks.kept(fits)).version == 2
    assert await show_again(tasks, other, [fits]) == 204
    assert (await shown(tasks, email), await shown(tasks, other)) == ([late], [foreign])


async def test_a_page_is_asked_for_what_the_person_has_alone(tasks: Tasks) -> None:
    email, other = new_email(), new_email()
    (own,), (foreign,) = await opened(tasks, email, 9), await opened(tasks, other, 9)

    async def selected(task_ids: list[str]) -> tuple[int, Any]:
        body = {"task_ids": task_ids}
        answer = await tasks.client.post("/snooze/choices", json=body, headers=tasks.as_person(email))
        return answer.status_code, answer.json()

    status, found = await selected([own, foreign, "none"])
    assert (status, [row["task_id"] for row in found["tasks"]]) == (200, [own])
    status, problem = await selected([foreign])
    assert (status, problem["code"]) == (404, "unknown_task")
    assert (await selected([]))[0] == 400
    assert (await tasks.client.post("/snooze", json={"task_ids": [own], "until": in_days(2)})).status_code == 401


async def test_a_day_that_cannot_be_chosen_is_refused_in_words(tasks: Tasks) -> None:
    email = new_email()
    (task_id,) = await opened(tasks, email, 30)
    for days, says in ((0, "tomorrow or later"), (400, "within a year")):
        body = {"task_ids": [task_id], "until": in_days(days)}
        answer = await tasks.client.post("/snooze", json=body, headers=tasks.as_person(email))
        (fault,) = answer.json()["faults"]
        assert (answer.status_code, fault["path"]) == (422, "until")
        assert says in fault["message"]
    assert await shown(tasks, email) == [task_id]


async def test_a_change_by_the_council_shows_it_again(tasks: Tasks) -> None:
    email, delegation_id = new_email(), new_id()
    await tasks.council.delegate(delegation_id, email, due_on=in_days(30))
    task_id = (await tasks.recorder.expect(OPENED, delegation_id=delegation_id))["task_id"]
    await snooze(tasks, email, [task_id], 20)
    assert await shown(tasks, email) == []
    amended = {"delegation_id": delegation_id, "comments": "The meeting is sooner."}
    await tasks.council.publish("council.delegation.amended.v1", amended)
    await tasks.recorder.expect("tasks.task.amended.v1", delegation_id=delegation_id)
    assert await shown(tasks, email) == [task_id]


async def test_it_is_the_holders_own_and_ends_with_them(tasks: Tasks) -> None:
    team = await Team(tasks).gather()
    await snooze(tasks, team.sandra, [team.task_id], 20)
    assert await shown(tasks, team.sandra) == []
    assert [row["task_id"] for row in (await team.listed(team.manager))["rows"]] == [team.task_id]
    assert (await team.give(team.manager, team.tom)).status_code == 204
    assert await shown(tasks, team.tom) == [team.task_id]
    assert (await tasks.list(team.sandra))["counts"]["snoozed"] == 0
