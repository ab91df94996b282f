"""Why a form is due when it is (requirements part 4, rules 6 and 7)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from chassis.errors import Refused
from contracts.api.due_dates import DueDatesQuery
from contracts.api.tasks import DueDateView, DueView
from contracts.base import Contact
from contracts.council import Decision, DelegationRequested
from services.tasks.model.deadlines import check_internal_date, due_at, due_view
from services.tasks.model.facts import Amendment, Answer, Ask, requested_dates
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


def sooner(internal: date | None, due: date | None = date(2026, 4, 13), **more: Any) -> Task:
    return BLANK.with_request(a_request(due_on=due, internal_due_on=internal, **more))


def amended(task: Task, day: int, **dates: Any) -> Task:
    return task.with_amendment(Amendment(message_id=f"m-{day}", amended_at=at(3, day), **dates))


@pytest.mark.parametrize(
    ("internal", "due", "works_to", "target"),
    [
        (None, date(2026, 4, 13), "internal_date", date(2026, 4, 13)),
        (date(2026, 3, 30), date(2026, 4, 13), "due_date", date(2026, 4, 13)),
        (date(2026, 3, 30), date(2026, 4, 13), "internal_date", date(2026, 3, 30)),
        (date(2026, 4, 13), date(2026, 4, 13), "internal_date", date(2026, 4, 13)),
        (date(2026, 3, 30), None, "due_date", date(2026, 3, 30)),
        (date(2026, 3, 30), None, "internal_date", date(2026, 3, 30)),
        (None, None, "internal_date", None),
    ],
)
def test_who_has_it_works_to_the_date_of_the_authoritys_choice_or_to_the_only_one(
    internal: date | None, due: date | None, works_to: str, target: date | None
) -> None:
    task = sooner(internal, due, works_to=works_to)
    assert (task.due_on, task.target_on) == (due, target)


def test_what_an_older_version_has_stored_is_worked_to_by_its_due_date() -> None:
    kept = a_request(due_on=date(2026, 4, 13)).model_dump(exclude={"internal_due_on", "works_to"})
    change = Amendment(message_id="m", amended_at=at(3, 2), due_on=date(2026, 4, 20))
    amendments = [change.model_dump(exclude={"internal_due_on"})]
    task = Task.model_validate({**BLANK.model_dump(), "request": kept, "amendments": amendments})
    assert (task.due_on, task.internal_due_on, task.target_on) == (date(2026, 4, 20), None, date(2026, 4, 20))


def test_an_internal_date_moves_no_due_date_and_ends_with_the_one_that_it_was_said_of() -> None:
    task = sooner(date(2026, 3, 30))
    assert (shown(task).internal_due_on, shown(task).dates[-1].due_on) == (date(2026, 3, 30), date(2026, 4, 13))
    later = amended(task, 10, internal_due_on=date(2026, 4, 6))
    assert (later.due_on, later.internal_due_on) == (date(2026, 4, 13), date(2026, 4, 6))
    assert shown(later).dates == shown(task).dates, "the due date was not changed"
    kept = amended(later, 11, due_on=date(2026, 4, 20))
    assert (kept.due_on, kept.internal_due_on) == (date(2026, 4, 20), date(2026, 4, 6))
    assert amended(later, 12, due_on=date(2026, 4, 2)).internal_due_on is None, "the due date comes before it"
    both = amended(later, 13, due_on=date(2026, 5, 20), internal_due_on=date(2026, 5, 4))
    assert (both.due_on, both.internal_due_on) == (date(2026, 5, 20), date(2026, 5, 4))
    assert amended(both, 9, internal_due_on=date(2026, 3, 9)).internal_due_on == date(2026, 5, 4), "said before"
    decided = task.model_copy(update={"asks": [an_ask(1, date(2026, 4, 20), "accepted")]})
    assert (decided.due_on, decided.internal_due_on) == (date(2026, 4, 20), None)
    submitted = task.with_submission(a_submission())
    assert submitted.with_return(asks(due_on=date(2026, 5, 2)), "r", at(4, 1)).internal_due_on is None
    assert submitted.with_return(asks(), "r", at(4, 1)).internal_due_on == date(2026, 3, 30)


@pytest.mark.parametrize(
    ("internal", "due", "is_refused"),
    [
        (date(2026, 4, 14), date(2026, 4, 13), True),
        (date(2026, 4, 13), date(2026, 4, 13), False),
        (date(2026, 4, 14), None, False),
        (None, date(2026, 4, 13), False),
    ],
)
def test_nothing_is_asked_for_later_than_it_is_due(
    internal: date | None, due: date | None, *, is_refused: bool
) -> None:
    if not is_refused:
        check_internal_date(internal, due)
        return
    with pytest.raises(Refused) as refused:
        check_internal_date(internal, due)
    assert (refused.value.code, refused.value.field) == ("internal_date_after_due_date", "/internal_due_on")


def test_a_due_date_is_the_one_of_its_time() -> None:
    task = amended(amended(requested(date(2026, 3, 2)), 10, due_on=date(2026, 5, 1)), 20, due_on=date(2026, 6, 1))
    found = [due_at(task.due_dates, at(3, day)) for day in (1, 9, 10, 19, 20)]
    assert found == [*[date(2026, 4, 13)] * 2, *[date(2026, 5, 1)] * 2, date(2026, 6, 1)]


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
    said = {"due_on": asked_for, "received_on": "2026-07-25"}
    message = DelegationRequested.model_validate(
        {
            "authority": "bristol",
            "delegation_id": "d",
            "form": "f",
            "subject": {"person_id": "p", "name": "Gabriel Example"},
            "assignee": {"kind": "person", "email": "sandra@school.example"},
            "sender": {"name": "Chloe"},
            **said,
        }
    )
    query = DueDatesQuery.model_validate({"form": "f", **said})
    for asked in (message, query):
        assert requested_dates(asked, days, "due_date", at(7, 30)).due_on == due


def test_what_a_council_does_not_say_it_has_received_today_in_england() -> None:
    late = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    dates = requested_dates(DueDatesQuery(form="f"), 42, "internal_date", late)
    assert (dates.received_on, dates.due_on) == (date(2026, 7, 1), date(2026, 8, 12))
    assert (dates.period_days, dates.works_to, dates.requested_at) == (42, "internal_date", late)
