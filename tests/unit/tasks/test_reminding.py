"""When a reminder is due, which one, and who hears of it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import ValidationError

from contracts.addresses import address_key
from contracts.authority import Authority, ReminderRules, SchoolHoliday
from contracts.base import Contact
from contracts.council import Member, WorkGroupAssignee
from services.tasks.model.facts import Reminder, Retraction
from services.tasks.model.reminding import (
    Ladder,
    ladders,
    managers_to_tell,
    next_step,
    reminded_at,
    step_due,
    whom_to_remind,
)
from services.tasks.model.task import Task
from services.tasks.model.work_group import WorkGroup
from tests.unit.tasks.test_asking import an_ask
from tests.unit.tasks.test_task import BLANK, BRISTOL, NOW, a_request, a_submission

DUE = date(2026, 4, 15)  # a Wednesday
OPEN = BLANK.with_request(a_request(due_on=DUE))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def by_date(task: Task, authority: Authority) -> list[Ladder]:
    return [one for one in ladders(task, authority) if not one.is_unbegun]


def ladder(authority: Authority) -> Ladder:
    (only,) = by_date(OPEN, authority)
    return only


def with_steps(*steps: int) -> Authority:
    return BRISTOL.model_copy(update={"reminders": ReminderRules(steps=list(steps))})


@pytest.mark.parametrize(
    ("due_on", "step", "expected"),
    [
        (DUE, 0, "2026-04-15T08:00"),  # summer time
        (DUE, -1, "2026-04-14T08:00"),
        (DUE, 3, "2026-04-20T08:00"),  # a Saturday
        (date(2026, 3, 29), 0, "2026-03-30T08:00"),  # the Sunday on which the clocks go forward
        (date(2026, 12, 31), 1, "2027-01-04T09:00"),  # New Year's Day, a Friday
        (date(2026, 4, 6), -3, "2026-04-07T08:00"),  # Good Friday: the next working day comes after the due date
        (date(2028, 2, 28), 1, "2028-02-29T09:00"),
    ],
)
def test_it_is_nine_in_england_on_a_working_day(due_on: date, step: int, expected: str) -> None:
    assert reminded_at(due_on, step) == at(expected)


def test_an_authoritys_own_days_are_none_on_which_it_reminds() -> None:
    closed = with_steps(0).model_copy(update={"closed_on": [DUE, DUE + timedelta(days=1)]})
    assert next_step(ladder(closed), at("2026-04-01T00:00")) == (0, at("2026-04-17T08:00"))
    assert step_due(ladder(closed), at("2026-04-16T12:00")) is None
    assert step_due(ladder(closed), at("2026-04-17T08:00")) == 0


def test_the_next_step_follows_and_of_two_on_one_morning_the_later_one_counts() -> None:
    authority = with_steps(-3, 2, 3, 4)  # the last three on Friday, and on the Monday after a weekend
    assert next_step(ladder(authority), at("2026-04-01T00:00")) == (-3, at("2026-04-13T08:00"))
    assert next_step(ladder(authority), at("2026-04-13T08:00")) == (2, at("2026-04-17T08:00"))
    assert next_step(ladder(authority), at("2026-04-17T08:00")) == (4, at("2026-04-20T08:00"))
    assert next_step(ladder(authority), at("2026-04-20T08:00")) is None
    assert next_step(ladder(with_steps()), at("2026-04-01T00:00")) is None


def test_after_an_outage_one_reminder_is_due_and_not_all_that_were_missed() -> None:
    assert step_due(ladder(BRISTOL), at("2026-04-14T12:00")) == -1
    assert step_due(ladder(BRISTOL), at("2026-04-16T12:00")) == 1
    assert step_due(ladder(BRISTOL), at("2026-03-01T12:00")) is None


@pytest.mark.parametrize(
    ("task", "has_next"),
    [
        (OPEN, True),
        (BLANK, False),
        (BLANK.with_request(a_request(due_on=None)), False),
        (OPEN.with_submission(a_submission()), False),
        (OPEN.with_retraction(Retraction(reason="", retracted_at=NOW)), False),
        (OPEN.with_ask(an_ask()), True),
    ],
    ids=["open", "unrequested", "without a date", "submitted", "retracted", "declined: the council may refuse"],
)
def test_what_is_over_has_no_next_reminder(task: Task, has_next: bool) -> None:
    assert bool(by_date(task, BRISTOL)) is has_next


def test_whoever_has_it_is_reminded_of_the_date_that_they_work_to_and_what_is_late_is_so_by_the_due_date() -> None:
    sooner = DUE - timedelta(days=14)
    request = a_request(due_on=DUE, internal_due_on=sooner, works_to="internal_date")
    own, late = by_date(BLANK.with_request(request), BRISTOL)
    assert (own.counts_from, own.steps, own.reminds, own.escalates) == (sooner, BRISTOL.reminders.steps, True, False)
    assert (late.counts_from, late.steps, late.reminds, late.escalates) == (DUE, [1, 3, 7], False, True)
    early = BRISTOL.model_copy(update={"reminders": ReminderRules(steps=[-3, 0, 2], managers_from=-3)})
    assert by_date(BLANK.with_request(request), early)[1].steps == [-3, 0, 2], "managers hear of it before it is late"
    (only,) = by_date(BLANK.with_request(a_request(due_on=DUE, internal_due_on=sooner)), BRISTOL)
    assert (only.counts_from, only.reminds, only.escalates) == (DUE, True, True), "by default"
    (undated,) = by_date(BLANK.with_request(a_request(due_on=None, internal_due_on=sooner)), BRISTOL)
    assert (undated.counts_from, undated.reminds, undated.escalates) == (sooner, True, False), "it is never overdue"


def test_a_step_to_a_date_is_sent_once_and_again_to_another_date() -> None:
    first = Reminder(step=-3, due_on=DUE, sent_at=NOW)
    once = OPEN.with_reminder(first)
    assert once.with_reminder(first.model_copy(update={"sent_at": NOW + timedelta(hours=1)})) is once
    assert len(once.with_reminder(Reminder(step=-3, due_on=DUE + timedelta(days=9), sent_at=NOW)).reminders) == 2


def test_the_generic_inbox_alone_is_reminded_while_the_person_has_not_registered() -> None:
    task = BLANK.with_request(a_request(due_on=DUE, notify_email="duty@school.example"))
    duty = Contact(email="duty@school.example")
    assert whom_to_remind(task, BRISTOL, is_registered=False) == [duty]
    told = [address_key(one.email) for one in whom_to_remind(task, BRISTOL, is_registered=True)]
    assert told == ["sandra@school.example", duty.email]
    alone = whom_to_remind(OPEN, BRISTOL, is_registered=False)
    assert [address_key(one.email) for one in alone] == ["sandra@school.example"]


def test_managers_hear_of_what_is_late_and_not_of_their_own() -> None:
    members = [
        Member(email="sandra@school.example", is_manager=True),
        Member(email="morag@school.example", is_manager=True),
        Member(email="tom@school.example"),
    ]
    group = WorkGroup(authority="bristol", work_group_id="g", name="G", email=None, members=members, version=1)
    told = [[one.email for one in managers_to_tell(OPEN, group, BRISTOL, step)] for step in (0, 1)]
    assert told == [[], ["morag@school.example"]]
    waiting = BLANK.with_request(a_request(WorkGroupAssignee(kind="work_group", work_group_id="g")))
    assert len(managers_to_tell(waiting, group, BRISTOL, 1)) == 2
    assert managers_to_tell(OPEN, None, BRISTOL, 7) == []


def test_nobody_is_reminded_of_a_schools_form_in_the_holidays_and_of_others_as_ever() -> None:
    rules = {"steps": [-1, 0], "school_holidays": [{"first_day": "2026-04-03", "last_day": "2026-04-17"}]}
    school, others = (
        BRISTOL.model_copy(update={"reminders": ReminderRules.model_validate(rules | {"school_forms": forms})})
        for forms in ([OPEN.requested.form], ["another"])
    )
    assert next_step(ladder(school), at("2026-03-01T08:00")) == (0, at("2026-04-20T08:00")), "the Monday after"
    assert next_step(ladder(others), at("2026-03-01T08:00")) == (-1, at("2026-04-14T08:00"))


@pytest.mark.parametrize("last_day", ["2026-04-02", "2026-07-05"])
def test_a_holiday_ends_after_it_begins_and_within_three_months(last_day: str) -> None:
    with pytest.raises(ValidationError):
        SchoolHoliday.model_validate({"first_day": "2026-04-03", "last_day": last_day})
    assert len(SchoolHoliday.model_validate({"first_day": "2026-04-03", "last_day": "2026-04-03"}).days) == 1
