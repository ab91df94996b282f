"""Snoozing: its holder's list is without a form for a while, and nobody misses its date by that."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from chassis.errors import Conflict, NotFound, Refused
from contracts.base import Contact
from contracts.council import DelegationReturned
from contracts.tasks import Holder
from services.tasks.model.facts import Amendment, Answer, Ask, Reminder, Retraction
from services.tasks.model.listing import ListedRow, row_of
from services.tasks.model.snoozing import check_until, shown_again, snoozed
from services.tasks.model.task import Task
from tests.unit.tasks.test_task import BLANK, GROUP, GROUP_HOLDER, NOW, a_request, a_submission

SANDRA = "sandra@school.example"
TODAY = NOW.date()
UNTIL = TODAY + timedelta(days=7)
DUE = date(2026, 4, 12)
ASSIGNED = BLANK.with_request(a_request(due_on=DUE))
HIDDEN = snoozed(ASSIGNED, SANDRA, UNTIL, TODAY)
ASK = Ask(ask_id="a", asked="decline", reason_code="other", explanation="x", by=Contact(email=SANDRA), asked_at=NOW)
REFUSED = Answer(message_id="m", decision="refused", comments="", due_on=None, decided_at=NOW)
AGAIN = DelegationReturned(authority="bristol", delegation_id="d", comments="?")


def test_a_hidden_form_is_found_by_the_day_on_which_it_comes_back_and_stays_its_holders() -> None:
    assert (HIDDEN.snoozed_until, HIDDEN.holder, HIDDEN.due_on) == (UNTIL, ASSIGNED.holder, ASSIGNED.due_on)
    assert (HIDDEN.state, HIDDEN.access_version) == (ASSIGNED.state, ASSIGNED.access_version)
    row = row_of(HIDDEN)
    assert (row.snoozed_until, ListedRow.of(row, []).snoozed_until) == (UNTIL, UNTIL)
    assert snoozed(HIDDEN, SANDRA.upper(), UNTIL, TODAY) is HIDDEN, "the same again changes nothing"
    assert shown_again(HIDDEN, SANDRA).snoozed_until is None
    assert shown_again(ASSIGNED, SANDRA) is ASSIGNED


def test_no_form_is_hidden_beyond_its_due_date() -> None:
    assert snoozed(ASSIGNED, SANDRA, DUE + timedelta(days=30), TODAY).snoozed_until == DUE
    for today in (DUE, DUE + timedelta(days=1)):
        with pytest.raises(Conflict, match="due"):
            snoozed(ASSIGNED, SANDRA, today + timedelta(days=7), today)


def test_no_form_is_hidden_beyond_the_date_that_its_holder_works_to() -> None:
    sooner = BLANK.with_request(a_request(due_on=DUE, internal_due_on=UNTIL, works_to="internal_date"))
    assert snoozed(sooner, SANDRA, DUE, TODAY).snoozed_until == UNTIL
    with pytest.raises(Conflict, match="due"):
        snoozed(sooner, SANDRA, DUE, UNTIL)


def test_what_has_no_date_is_hidden_until_any_day() -> None:
    undated = BLANK.with_request(a_request(due_on=None))
    assert snoozed(undated, SANDRA, DUE + timedelta(days=30), TODAY).snoozed_until == DUE + timedelta(days=30)


@pytest.mark.parametrize(
    "happens",
    [
        lambda task: task.with_amendment(Amendment(message_id="1", amended_at=NOW - timedelta(days=9), comments="New")),
        lambda task: task.with_retraction(Retraction(reason="Moved", retracted_at=NOW)),
        lambda task: task.with_submission(a_submission()).with_return(AGAIN, "m", NOW),
        lambda task: task.with_ask(ASK).with_answer(REFUSED),
        lambda task: task.re_assigned(
            Holder(kind="person", email="tom@school.example"), [], Contact(email="m@school.example"), NOW
        ),
        lambda task: task.taken_back(GROUP_HOLDER, [], NOW),
    ],
    ids=["amended", "retracted", "sent back", "answered", "re-assigned", "taken back"],
)
def test_whatever_happens_to_it_shows_it_again(happens: Callable[[Task], Task]) -> None:
    assert happens(HIDDEN).snoozed_until is None


@pytest.mark.parametrize(
    "happens",
    [
        lambda task: task.with_reminder(Reminder(step=-7, due_on=task.due_on, sent_at=NOW)),
        lambda task: task.with_start(NOW),
        lambda task: task.with_ask(ASK),
        lambda task: task.readdressed(Holder(kind="person", email="sandra@elsewhere.example"), NOW),
    ],
    ids=["reminded", "started", "asked about", "readdressed"],
)
def test_what_its_holder_does_and_a_reminder_leave_it_hidden(happens: Callable[[Task], Task]) -> None:
    assert happens(HIDDEN).snoozed_until == UNTIL


def test_only_its_holder_hides_it_and_only_while_it_is_theirs_to_do() -> None:
    waiting = BLANK.with_request(a_request(assignee=GROUP))
    for task, email in ((ASSIGNED, "tom@school.example"), (waiting, SANDRA)):
        with pytest.raises(NotFound):
            snoozed(task, email, UNTIL, TODAY)
    assert shown_again(HIDDEN, "tom@school.example") is HIDDEN
    with pytest.raises(Conflict, match="not_open"):
        snoozed(ASSIGNED.with_submission(a_submission()), SANDRA, UNTIL, TODAY)
    assert snoozed(ASSIGNED.with_ask(ASK), SANDRA, UNTIL, TODAY).snoozed_until == UNTIL, "a declined one, too"


@pytest.mark.parametrize(
    ("until", "says"),
    [
        (TODAY, "The date must be tomorrow or later."),
        (date(1900, 1, 1), "The date must be tomorrow or later."),
        (TODAY + timedelta(days=367), "The date must be within a year."),
    ],
)
def test_the_day_is_one_to_come_within_a_year(until: date, says: str) -> None:
    with pytest.raises(Refused) as refused:
        check_until(until, TODAY)
    assert [(fault.path, fault.message) for fault in refused.value.faults] == [("until", says)]
    for fits in (TODAY + timedelta(days=1), TODAY + timedelta(days=366)):
        check_until(fits, TODAY)
