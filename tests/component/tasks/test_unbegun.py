"""Reminders of what nobody has begun, by the clock: who is told, what the council hears, and what ends or renews it."""

from datetime import date, timedelta
from typing import Any

import pytest

from chassis import clock
from contracts.notify import EmailFailed
from services.tasks.model.reminding import reminded_at
from tests.component.tasks.conftest import Later, Tasks
from tests.component.tasks.test_asks import WHY, Delegated
from tests.component.tasks.test_delegations import OPENED, new_email, new_id
from tests.component.tasks.test_leaving import ASSIGNED, DEPARTED, Leaver
from tests.component.tasks.test_lists import begin
from tests.component.tasks.test_reminders import OVERDUE, REMINDED, SENT, days_until
from tests.component.tasks.test_snoozing import snooze
from tests.component.tasks.test_undated import form, undated
from tests.support.broker import Broker
from tests.support.events import publish
from tests.support.eventually import eventually, stays

__all__ = ["form"]
FAR = "2031-09-05"


async def delegated(tasks: Tasks, **more: Any) -> Delegated:
    one = Delegated(tasks, new_id(), new_email())
    await tasks.council.delegate(one.delegation_id, one.email, **{"due_on": FAR, **more})
    await one.hears(OPENED)
    return one


@pytest.fixture
async def one(tasks: Tasks) -> Delegated:
    return await delegated(tasks)


async def told(one: Delegated, count: int) -> list[dict[str, Any]]:
    await eventually(lambda: one.heard(REMINDED) >= count)
    return [heard.body for heard in one.tasks.recorder.of(REMINDED, delegation_id=one.delegation_id)]


async def test_whoever_has_not_begun_is_told_twice_and_the_council_hears_of_it(one: Delegated, later: Later) -> None:
    today = clock.today()
    for count, days in enumerate((3, 7), start=1):
        later(days_until(today, days))
        body = (await told(one, count))[-1]
        assert (body["unbegun_since"], body["due_on"]) == (today.isoformat(), FAR)
        assert body["step"] == (clock.today() - date.fromisoformat(FAR)).days
        assert ([to["email"] for to in body["tell"]], body["managers"]) == ([one.email], [])
    await eventually(lambda: one.heard(SENT) == 2)
    sent = [each.body for each in one.tasks.recorder.of(SENT, delegation_id=one.delegation_id)]
    assert [(body["unbegun_since"], body["due_on"]) for body in sent] == [(today.isoformat(), FAR)] * 2
    later(days_until(today, 60))
    assert await stays(lambda: one.heard(REMINDED) == 2 and one.heard(OVERDUE) == 0)


async def test_what_has_no_date_is_told_of_without_one(tasks: Tasks, form: str, later: Later) -> None:
    one = await undated(tasks, form, new_email())
    today = clock.today()
    later(days_until(today, 3))
    (body,) = await told(one, 1)
    assert body["unbegun_since"] == today.isoformat()
    assert not {"step", "due_on"} & {*body, *(await one.hears(SENT))}


async def test_what_was_begun_meanwhile_is_told_of_by_its_date_alone(
    one: Delegated, shared_broker: Broker, later: Later
) -> None:
    await begin(one.tasks, shared_broker, one.delegation_id)
    later(days_until(clock.today(), 7))
    assert await stays(lambda: one.heard(REMINDED) == 0)


async def test_nobody_hears_of_what_they_have_hidden(one: Delegated, later: Later) -> None:
    today = clock.today()
    await snooze(one.tasks, one.email, [one.task_id], 6)
    later(min(days_until(today, 3), 5))
    assert await stays(lambda: one.heard(REMINDED) == 0)
    later(days_until(today, 7))
    assert len(await told(one, 1)) == 1


async def test_one_email_where_a_step_by_date_falls_on_the_same_morning(tasks: Tasks, later: Later) -> None:
    today = clock.today()
    due_on = reminded_at(today, 7).date() + timedelta(days=14)
    one = await delegated(tasks, due_on=due_on.isoformat())
    later(days_until(today, 3))
    await told(one, 1)
    later(days_until(today, 7))
    bodies = await told(one, 2)
    assert [(body["step"], "unbegun_since" in body) for body in bodies[1:]] == [(-14, False)]
    assert await stays(lambda: one.heard(REMINDED) == 2)


async def test_a_groups_inbox_is_told_and_whoever_picks_it_up_has_days_of_their_own(tasks: Tasks, later: Later) -> None:
    group, member, tom = new_id(), new_email(), new_email()
    await tasks.council.define_group(group, [member, tom])
    one = await delegated(tasks, assignee={"kind": "work_group", "work_group_id": group})
    today = clock.today()
    later(days_until(today, 7))
    (body,) = await told(one, 1)
    told_to = [to["email"] for to in body["tell"]]
    assert (body["person"]["kind"], told_to) == ("work_group", [f"{group}@school.example"])
    picked = await tasks.client.post(f"/tasks/{one.task_id}/pickup", headers=tasks.as_person(member))
    assert picked.status_code == 200
    taken_on = clock.today()
    later(days_until(taken_on, 3))
    body = (await told(one, 2))[-1]
    assert (body["unbegun_since"], [to["email"] for to in body["tell"]]) == (taken_on.isoformat(), [member])
    headers, to = tasks.as_person(member), {"to": {"kind": "person", "email": tom}}
    given = await tasks.client.post(f"/tasks/{one.task_id}/re-assign", json=to, headers=headers)
    assert given.status_code in {200, 204}, given.text
    given_on = clock.today()
    later(days_until(given_on, 3))
    body = (await told(one, 3))[-1]
    assert (body["unbegun_since"], [to["email"] for to in body["tell"]]) == (given_on.isoformat(), [tom])


async def test_what_is_declined_waits_and_has_its_days_anew_when_the_council_gives_it_back(
    one: Delegated, later: Later
) -> None:
    await one.ask("decline", WHY)
    later(days_until(clock.today(), 7))
    assert await stays(lambda: one.heard(REMINDED) == 0)
    given_back_on = clock.today()
    await one.decide("refused")
    await one.hears("tasks.task.decided.v1")
    later(days_until(given_back_on, 3))
    (body,) = await told(one, 1)
    assert body["unbegun_since"] == given_back_on.isoformat()


@pytest.mark.parametrize("how", ["re_assigned", "re_delegated", "undeliverable"])
async def test_a_group_has_days_of_its_own_whichever_way_it_gets_a_form_back(
    tasks: Tasks, shared_broker: Broker, later: Later, how: str
) -> None:
    leaver, group = Leaver(tasks, shared_broker), new_id()
    await tasks.council.define_group(group, [new_email(), leaver.email])
    one = await delegated(tasks, assignee={"kind": "work_group", "work_group_id": group})
    picked = await tasks.client.post(f"/tasks/{one.task_id}/pickup", headers=tasks.as_person(leaver.email))
    assert picked.status_code == 200
    later(days_until(clock.today(), 7))
    await told(one, 1)
    if how == "re_assigned":
        await leaver.leave()
    elif how == "re_delegated":
        departed = {"email": leaver.email, "departed_at": clock.now().isoformat()}
        await tasks.council.publish(DEPARTED, departed)
    else:
        failed = EmailFailed(
            authority="bristol", delegation_id=one.delegation_id, person=leaver.person, owed_at=clock.now()
        )
        await publish(shared_broker, "notify", failed)
    given_back_on = clock.today()
    await tasks.recorder.expect(ASSIGNED, delegation_id=one.delegation_id, how=how)
    later(days_until(given_back_on, 3))
    body = (await told(one, 2))[-1]
    assert (body["unbegun_since"], body["person"]["work_group_id"]) == (given_back_on.isoformat(), group)
