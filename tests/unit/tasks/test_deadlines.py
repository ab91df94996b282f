"""Why a form is due when it is (requirements part 4, rules 6 and 7)."""

from datetime import UTC, date, datetime

import pytest

from contracts.api.tasks import DueDateView, DueView
from contracts.base import Contact
from contracts.council import Decision, DelegationRequested
from services.tasks.model.deadlines import due_view
from services.tasks.model.facts import Amendment, Answer, Ask, due_date
from services.tasks.model.task import Task
from tests.unit.tasks.test_task import BLANK, a_request, a_submission, asks


def at(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def requested(received: date, days: int | None = 42, due: date | None = None) -> Task:
    due = due or date.fromordinal(received.toordinal() + (days or 0))
    return BLANK.with_request(a_request(received_on=received, period_days=days, due_on=due))


def shown(task: Task) -> DueView:
    return due_view(task.requested, task.due_dates)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2024, 1, 18), date(2024, 2, 29)),
        (date(2023, 11, 19), date(2023, 12, 31)),
        (date(2026, 2, 20), date(2026, 4, 3)),
        (date(2026, 7, 25), date(2026, 9, 5)),
    ],
    ids=["leap day", "31 December", "clocks change, and it is Good Friday", "summer closure, and a Saturday"],
)
def test_six_weeks_are_forty_two_days_whatever_lies_between(received: date, due: date) -> None:
    view = shown(requested(received))
    assert (view.received_on, view.dates) == (received, [DueDateView(due_on=due, why="period")])


def test_a_date_of_the_councils_own_stands_beside_the_period_and_neither_moves_the_other() -> None:
    view = shown(requested(date(2026, 3, 2), due=date(2026, 3, 30)))
    assert [(one.why, one.due_on) for one in view.dates] == [
        ("period", date(2026, 4, 13)),
        ("request", date(2026, 3, 30)),
    ]
    old = shown(requested(date(2026, 3, 2), None, date(2026, 3, 30)))
    assert [(one.why, one.due_on) for one in old.dates] == [("request", date(2026, 3, 30))]


def an_ask(number: int, until: date, decision: Decision, due_on: date | None = None) -> Ask:
    answer = Answer(
        message_id=f"a-{number}", decision=decision, comments="", due_on=due_on, decided_at=at(3, 10 + number)
    )
    return Ask(
        ask_id=f"ask-{number}",
        asked="extension",
        reason_code="missed_appointment" if number == 1 else "absent_from_area",
        explanation="They did not come.",
        until=until,
        by=Contact(email="sandra@school.example"),
        asked_at=at(3, 9 + number),
        answer=answer,
    )


def test_exceptions_changes_and_returns_are_said_in_their_order_with_what_the_council_decided() -> None:
    task = requested(date(2026, 3, 2))
    first, second = an_ask(1, date(2026, 4, 20), "accepted"), an_ask(2, date(2026, 5, 4), "accepted", date(2026, 4, 30))
    refused = an_ask(3, date(2026, 6, 1), "refused")
    task = task.model_copy(update={"asks": [first, second, refused]})
    task = task.with_amendment(Amendment(message_id="m", amended_at=at(3, 20, 23), due_on=date(2026, 5, 1)))
    task = task.with_submission(a_submission()).with_return(asks(due_on=date(2026, 5, 20)), "r", at(7, 1, 23))
    assert [(one.why, one.due_on, one.said_on, one.reason_code) for one in shown(task).dates] == [
        ("period", date(2026, 4, 13), None, ""),
        ("decided", date(2026, 4, 20), date(2026, 3, 11), "missed_appointment"),
        ("decided", date(2026, 4, 30), date(2026, 3, 12), "absent_from_area"),
        ("amended", date(2026, 5, 1), date(2026, 3, 20), ""),
        ("returned", date(2026, 5, 20), date(2026, 7, 2), ""),
    ]
    assert shown(task).dates[-1].due_on == task.due_on


def test_a_refusal_that_gives_another_date_is_no_exception() -> None:
    task = requested(date(2026, 3, 2)).model_copy(
        update={"asks": [an_ask(1, date(2026, 4, 20), "refused", date(2026, 4, 15))]}
    )
    last = shown(task).dates[-1]
    assert (last.due_on, last.why, last.reason_code) == (date(2026, 4, 15), "decided", "")


def test_without_a_date_and_a_period_there_is_none_until_the_council_names_one() -> None:
    undated = BLANK.with_request(a_request(due_on=None))
    assert (undated.due_on, shown(undated).dates) == (None, [])
    amended = undated.with_amendment(Amendment(message_id="m", amended_at=at(3, 20), due_on=date(2026, 5, 1)))
    returned = undated.with_submission(a_submission()).with_return(asks(due_on=date(2026, 5, 2)), "r", at(4, 1))
    assert [one.due_on for one in (amended, returned)] == [date(2026, 5, 1), date(2026, 5, 2)]
    assert [(one.why, one.due_on) for one in shown(amended).dates] == [("amended", date(2026, 5, 1))]


@pytest.mark.parametrize(
    ("asked_for", "days", "due"),
    [
        ("2026-08-01", 42, date(2026, 8, 1)),
        ("2026-08-01", None, date(2026, 8, 1)),
        (None, 42, date(2026, 9, 5)),
        (None, None, None),
    ],
)
def test_what_the_council_asks_for_counts_then_the_forms_period_then_there_is_no_date(
    asked_for: str | None, days: int | None, due: date | None
) -> None:
    message = DelegationRequested.model_validate(
        {
            "authority": "bristol",
            "delegation_id": "d",
            "form": "f",
            "subject": {"person_id": "p", "name": "Gabriel Example"},
            "assignee": {"kind": "person", "email": "sandra@school.example"},
            "sender": {"name": "Chloe"},
            "due_on": asked_for,
        }
    )
    assert due_date(message, date(2026, 7, 25), days) == due
