"""Reminders of what nobody has begun: since when, which mornings, and what is said of them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from contracts.authority import Authority, ReminderRules
from contracts.base import Contact
from contracts.council import WorkGroupAssignee
from contracts.tasks import Holder
from services.tasks.model.facts import Answer, Reminder, Retraction
from services.tasks.model.reminding import (
    Ladder,
    cause_of,
    counted,
    is_reminded,
    ladders,
    next_step,
    reminded_at,
    step_due,
    unbegun_since,
)
from services.tasks.model.task import Task
from tests.unit.tasks.test_asking import an_ask
from tests.unit.tasks.test_task import BLANK, BRISTOL, GROUP_HOLDER, NOW, a_request, a_submission, asks

GIVEN = date(2026, 3, 2)  # a Monday
AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DUE = date(2026, 4, 13)  # a Monday: 14 days before it is one too
OPEN = BLANK.with_request(a_request(requested_at=AT, due_on=DUE))
TOM = Holder(kind="person", email="tom@school.example", name="Tom")


def unbegun(task: Task, authority: Authority = BRISTOL) -> Ladder | None:
    return next((one for one in ladders(task, authority) if one.is_unbegun), None)


def ladder(task: Task, authority: Authority = BRISTOL) -> Ladder:
    found = unbegun(task, authority)
    assert found
    return found


def with_days(*days: int, steps: tuple[int, ...] = ()) -> Authority:
    return BRISTOL.model_copy(update={"reminders": ReminderRules(steps=list(steps), unbegun_days=list(days))})


def declined_and_refused(task: Task, at: datetime) -> Task:
    answer = Answer(message_id="a", decision="refused", comments="", due_on=None, decided_at=at)
    return task.with_ask(an_ask(asked_at=AT)).with_answer(answer)


def test_it_is_told_three_and_seven_days_after_it_was_given_whatever_its_date() -> None:
    for task in (OPEN, BLANK.with_request(a_request(requested_at=AT, due_on=None))):
        own = ladder(task)
        assert (own.counts_from, own.steps, own.reminds, own.escalates) == (GIVEN, [3, 7], True, False)
        first = next_step(own, AT)
        assert first == (3, datetime(2026, 3, 5, 9, 0, tzinfo=UTC))
        assert next_step(own, first[1]) == (7, datetime(2026, 3, 9, 9, 0, tzinfo=UTC))
    assert next_step(ladder(OPEN, with_days()), AT) is None


def test_the_day_on_which_it_was_given_is_the_one_in_england() -> None:
    late = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    assert unbegun_since(BLANK.with_request(a_request(requested_at=late))) == date(2026, 7, 1)


@pytest.mark.parametrize(
    "task",
    [
        OPEN.with_start(NOW),
        OPEN.with_submission(a_submission()),
        OPEN.with_submission(a_submission()).with_return(asks(), "r", NOW),
        OPEN.with_retraction(Retraction(reason="", retracted_at=NOW)),
        BLANK,
    ],
    ids=["begun", "submitted", "sent back", "retracted", "unrequested"],
)
def test_of_what_was_begun_or_is_over_nobody_hears_that_it_is_not(task: Task) -> None:
    assert unbegun(task) is None


def test_whoever_gets_it_has_days_of_their_own_and_the_due_date_has_its_steps() -> None:
    later = AT + timedelta(days=4)
    group = WorkGroupAssignee(kind="work_group", work_group_id="wg-1")
    in_group = BLANK.with_request(a_request(group, requested_at=AT, due_on=DUE))
    for moved in (
        OPEN.re_assigned(TOM, [], Contact(email="m@school.example"), later),
        OPEN.re_routed(TOM, [], later),
        OPEN.re_delegated(TOM, [], BRISTOL, later),
        OPEN.taken_back(GROUP_HOLDER, [], later),
        in_group.picked_up(TOM, later),
        declined_and_refused(OPEN, later),
    ):
        assert unbegun_since(moved) == GIVEN + timedelta(days=4)
        assert ladders(moved, BRISTOL)[0] == ladders(OPEN, BRISTOL)[0]
    assert unbegun_since(OPEN.readdressed(TOM, later)) == GIVEN
    assert unbegun_since(OPEN.with_ask(an_ask(asked_at=later))) == GIVEN


def test_one_email_where_a_step_by_date_falls_on_the_same_morning() -> None:
    on_a_weekend = OPEN.model_copy(update={"request": a_request(requested_at=AT - timedelta(days=2), due_on=DUE)})
    assert unbegun_since(on_a_weekend) == date(2026, 2, 28)
    both = with_days(7, 8, 9, steps=(-35,))  # the 35th day before it is Monday, 9 March
    assert reminded_at(DUE, -35) == reminded_at(date(2026, 2, 28), 7) == reminded_at(date(2026, 2, 28), 8)
    assert ladder(on_a_weekend, both).steps == []
    assert ladder(on_a_weekend, with_days(7, 8, 10, steps=(-35,))).steps == [10]
    dates: dict[str, Any] = {
        "due_on": date(2026, 3, 6),
        "internal_due_on": date(2026, 3, 4),
        "works_to": "internal_date",
    }
    task = BLANK.with_request(a_request(requested_at=AT, **dates))
    assert reminded_at(date(2026, 3, 6), 1) == reminded_at(GIVEN, 7)
    assert ladder(task, with_days(7, steps=(1,))).steps == [7], "managers alone hear of the due date then"


def test_what_is_declined_waits_and_whoever_has_hidden_it_knows_that_it_is_not_begun() -> None:
    today = date(2026, 3, 5)
    own, by_date = ladder(OPEN), ladders(OPEN, BRISTOL)[0]
    assert is_reminded(OPEN, own, today)
    assert not is_reminded(OPEN.with_ask(an_ask()), own, today)
    hidden = OPEN.with_snooze(today + timedelta(days=1))
    assert not is_reminded(hidden, own, today)
    assert is_reminded(hidden, by_date, today), "of its date they hear all the same"
    assert is_reminded(hidden, own, today + timedelta(days=1))
    assert is_reminded(OPEN.taken_back(GROUP_HOLDER, [], AT), own, today)


def test_others_are_told_since_when_and_how_far_it_is_from_the_date() -> None:
    by_date, own = ladders(OPEN, BRISTOL)
    assert counted(by_date, -14, DUE, date(2026, 3, 30)) == (-14, DUE, None)
    assert counted(own, 3, DUE, date(2026, 3, 5)) == (-39, DUE, GIVEN)
    assert counted(own, 3, date(2026, 3, 4), date(2026, 3, 5)) == (1, date(2026, 3, 4), GIVEN)
    assert counted(own, 3, None, date(2026, 3, 5)) == (None, None, GIVEN)


def test_each_day_of_it_is_told_once_and_is_no_step_to_a_date() -> None:
    own = ladder(OPEN)
    assert step_due(own, AT + timedelta(days=30)) == 7, "after an outage the last one"
    once = OPEN.with_reminder(own.reminder(3, AT))
    assert once.reminders == [Reminder(step=3, given_on=GIVEN, sent_at=AT)]
    assert once.with_reminder(own.reminder(3, AT + timedelta(hours=1))) is once
    same_day = Ladder(GIVEN, [3], [], reminds=True, escalates=True)
    assert len(once.with_reminder(same_day.reminder(3, AT)).reminders) == 2
    assert cause_of(OPEN, own, 3) != cause_of(OPEN, same_day, 3)
