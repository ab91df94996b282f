"""Declining, asking for more time, and what the council answers: the task at every step."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from chassis.errors import Conflict, Refused
from contracts.api.tasks import DeclineBody, ExtensionBody, PartDeclineBody
from contracts.base import Contact
from contracts.council import DelegationDecided, DelegationReturned
from contracts.tasks import Holder
from services.tasks.model.asking import check_decision, check_extension, check_reason, check_sections, closure_counts
from services.tasks.model.facts import Amendment, Answer, Ask, Retraction
from services.tasks.model.task import Task
from tests.unit.tasks.test_task import BLANK, BRISTOL, NOW, a_request, a_submission

SANDRA = Contact(email="sandra@school.example", name="Sandra Example")
TOM = Holder(kind="person", email="tom@school.example", name="Tom Example")
DUE = date(2026, 4, 12)
OPEN = BLANK.with_request(a_request(due_on=DUE))
UNTIL = DUE + timedelta(days=14)
LATER = NOW + timedelta(hours=1)


def an_ask(asked: str = "decline", at: datetime = LATER, **changed: Any) -> Ask:
    until = UNTIL if asked == "extension" else None
    sections = [{"key": "hearing", "title": "Hearing"}] if asked == "part-decline" else []
    ask = Ask.model_validate(
        {
            "ask_id": f"a-{at.isoformat()}",
            "asked": asked,
            "sections": sections,
            "reason_code": "other",
            "explanation": "We are not involved.",
            "until": until,
            "by": SANDRA,
            "asked_at": at,
        }
    )
    return ask.model_copy(update=changed)


def an_answer(decision: str, message_id: str = "m-1", **changed: Any) -> Answer:
    answer = Answer.model_validate(
        {
            "message_id": message_id,
            "decision": decision,
            "comments": "",
            "due_on": None,
            "decided_at": LATER + timedelta(hours=1),
        }
    )
    return answer.model_copy(update=changed)


def says(decision: str, **changed: Any) -> DelegationDecided:
    said = {"authority": "bristol", "delegation_id": "d", "decision": decision, **changed}
    return DelegationDecided.model_validate(said)


def state_of(task: Task) -> tuple[str, str | None, list[str]]:
    return task.state, task.progress, list(task.rights_of(SANDRA.email, BRISTOL, NOW))


def test_a_declined_form_can_be_read_and_changed_by_nobody_until_the_council_says_no() -> None:
    declined = OPEN.with_ask(an_ask())
    assert state_of(declined) == ("declined", "declined", ["read"])
    refused = declined.with_answer(an_answer("refused"))
    assert state_of(refused) == ("assigned", "not_started", ["read", "edit", "submit"])
    versions = [task.access_version for task in (OPEN, declined, refused)]
    assert versions == sorted(set(versions)), "grants of before are void each time"


def test_a_council_has_to_decide_what_was_asked_last_of_a_form_that_is_open() -> None:
    assert (BLANK.to_decide, OPEN.to_decide) == (None, None)
    longer, instead = an_ask("extension"), an_ask("decline", LATER + timedelta(hours=1))
    asked = OPEN.with_ask(longer)
    assert (asked.to_decide, asked.with_ask(instead).to_decide) == (longer, instead)
    assert asked.with_answer(an_answer("refused")).to_decide is None
    assert asked.with_retraction(Retraction(reason="", retracted_at=LATER)).to_decide is None
    assert BLANK.model_copy(update={"asks": [longer]}).to_decide is None


def test_more_time_leaves_the_form_open_and_its_date_until_it_is_given() -> None:
    asked = OPEN.with_ask(an_ask("extension"))
    assert (state_of(asked), asked.due_on) == (state_of(OPEN), DUE)
    assert asked.access_version == OPEN.access_version, "nobody's save is void"
    assert asked.with_answer(an_answer("accepted")).due_on == UNTIL
    assert asked.with_answer(an_answer("accepted", due_on=UNTIL - timedelta(days=3))).due_on == UNTIL - timedelta(
        days=3
    )
    assert asked.with_answer(an_answer("refused")).due_on == DUE


def test_the_date_is_the_one_that_the_council_said_last() -> None:
    given = OPEN.with_ask(an_ask("extension")).with_answer(an_answer("accepted"))
    earlier, later = (
        Amendment(message_id=f"{days}", amended_at=NOW + timedelta(days=days), due_on=date(2027, 1, 1))
        for days in (-1, 9)
    )
    assert given.with_amendment(earlier).due_on == UNTIL
    assert given.with_amendment(later).due_on == date(2027, 1, 1)


def test_the_same_again_is_one_and_another_ask_takes_its_place() -> None:
    asked = OPEN.with_ask(an_ask("extension"))
    again = an_ask("extension", at=LATER + timedelta(minutes=5))
    assert asked.with_ask(again) is asked
    declined = asked.with_ask(an_ask(at=LATER + timedelta(minutes=9)))
    assert declined.state == "declined"
    assert declined.with_ask(an_ask(at=LATER + timedelta(minutes=10))) is declined
    with pytest.raises(Conflict):
        declined.with_ask(an_ask("extension", at=LATER + timedelta(minutes=11)))


@pytest.mark.parametrize(
    "over",
    [OPEN.with_submission(a_submission()), OPEN.with_retraction(Retraction(reason="", retracted_at=NOW))],
    ids=["submitted", "retracted"],
)
def test_what_is_over_is_declined_by_nobody(over: Task) -> None:
    with pytest.raises(Conflict):
        over.with_ask(an_ask())


def test_a_new_holder_or_a_new_round_owes_no_answer_to_the_old_one() -> None:
    asked = OPEN.with_ask(an_ask("extension"))
    moved = asked.re_assigned(TOM, [], SANDRA, LATER + timedelta(minutes=1))
    message = DelegationReturned.model_validate({"authority": "bristol", "delegation_id": "d"})
    returned = asked.with_submission(a_submission()).with_return(message, "m", LATER + timedelta(minutes=1))
    assert moved.waiting_ask is returned.waiting_ask is None
    assert returned.state == "returned"
    with pytest.raises(Conflict):
        moved.with_answer(an_answer("accepted"))


def test_a_new_address_of_the_same_person_leaves_the_question_open() -> None:
    declined = OPEN.with_ask(an_ask())
    assert declined.readdressed(TOM, LATER + timedelta(minutes=1)).state == "declined"


def test_a_submission_that_was_under_way_beats_the_decline() -> None:
    assert OPEN.with_ask(an_ask()).with_submission(a_submission()).state == "submitted"


def test_the_council_can_ask_somebody_else() -> None:
    moved = (
        OPEN.with_ask(an_ask())
        .with_answer(an_answer("re-delegated"))
        .re_delegated(TOM, [], BRISTOL, LATER + timedelta(hours=2))
    )
    assert (moved.state, moved.holder) == ("assigned", TOM)
    assert moved.was_taken_from(SANDRA.email)
    assert (moved.moves[-1].by, moved.moves[-1].by_name) == ("bristol", BRISTOL.brand.name)


def test_an_answer_is_known_by_its_id_or_by_its_words() -> None:
    answered = OPEN.with_ask(an_ask()).with_answer(an_answer("refused"))
    assert answered.was_answered_by(says("accepted"), "m-1")
    assert answered.was_answered_by(says("refused"), "m-2")
    assert not answered.was_answered_by(says("refused", comments="No."), "m-2")
    assert not answered.was_answered_by(says("refused", ask_id="another"), "m-2")
    again = answered.with_ask(an_ask(at=LATER + timedelta(days=1)))
    assert again.was_answered_by(says("refused"), "m-1"), "a repeat of the first answer"
    assert not again.was_answered_by(says("refused"), "m-3"), "the same words answer the second one anew"


@pytest.mark.parametrize(
    ("changed", "paths"),
    [
        ({}, []),
        ({"explanation": " \n"}, ["explanation"]),
        ({"reason_code": "missed_appointment"}, ["appointment"]),
        ({"reason_code": "missed_appointment", "appointment_on": NOW.date()}, []),
        ({"reason_code": "missed_appointment", "appointment_on": NOW.date() + timedelta(days=1)}, ["appointment"]),
    ],
)
def test_a_council_is_told_what_it_decides_by(changed: dict[str, Any], paths: list[str]) -> None:
    body = {"reason_code": "other", "explanation": "Why", "until": UNTIL, **changed}
    for model in (DeclineBody, ExtensionBody):
        found: list[str] = []
        try:
            check_reason(model.model_validate(body), NOW.date())
        except Refused as refused:
            found = [fault.path for fault in refused.faults]
        assert found == paths


CLOSED = date(2026, 7, 23)
REOPENS = date(2026, 9, 2)


@pytest.mark.parametrize(
    ("closed_on", "reopens_on", "paths"),
    [
        (CLOSED, REOPENS, []),
        (None, REOPENS, ["closed"]),
        (CLOSED, None, ["reopens"]),
        (None, None, ["closed", "reopens"]),
        (CLOSED, CLOSED, ["reopens"]),
        (CLOSED, CLOSED + timedelta(days=1), []),
    ],
)
def test_a_closure_has_its_days(closed_on: date | None, reopens_on: date | None, paths: list[str]) -> None:
    days = {"closed_on": closed_on, "reopens_on": reopens_on}
    body = {"reason_code": "school_closed", "explanation": "Why", "until": UNTIL, **days}
    found: list[str] = []
    try:
        check_reason(ExtensionBody.model_validate(body), NOW.date())
    except Refused as refused:
        found = [fault.path for fault in refused.faults]
    assert found == paths
    check_reason(ExtensionBody.model_validate({**body, "reason_code": "other"}), NOW.date())


@pytest.mark.parametrize(
    ("asked_on", "weeks", "counts"),
    [
        (date(2026, 7, 15), 6, False),
        (date(2026, 7, 16), 6, True),
        (date(2026, 8, 27), 6, True),
        (date(2026, 8, 28), 6, False),
        (date(2026, 7, 30), 4, True),
        (date(2026, 7, 30), 3, False),
    ],
    ids=[
        "eight days before",
        "a week before",
        "a week before its end",
        "six days before its end",
        "four weeks",
        "three",
    ],
)
def test_the_exception_of_a_closure_is_from_a_week_before_to_a_week_before_its_end(
    asked_on: date, weeks: int, *, counts: bool
) -> None:
    closed = an_ask().model_copy(update={"closed_on": CLOSED, "reopens_on": CLOSED + timedelta(weeks=weeks)})
    assert closure_counts(closed, asked_on) is counts


def test_a_body_that_is_not_closed_has_no_exception_of_a_closure() -> None:
    assert closure_counts(an_ask(), CLOSED) is None


@pytest.mark.parametrize(
    ("until", "due_on", "is_possible"),
    [
        (date(2026, 5, 2), date(2026, 5, 1), True),
        (date(2026, 5, 1), date(2026, 5, 1), False),
        (date(2026, 4, 10), date(2026, 4, 1), False),
        (date(2026, 4, 11), date(2026, 4, 1), True),
        (date(2027, 5, 2), date(2026, 5, 1), True),
        (date(2027, 5, 3), date(2026, 5, 1), False),
    ],
)
def test_more_time_is_to_come_after_the_due_date_and_within_a_year(
    until: date, due_on: date, is_possible: bool
) -> None:
    today = date(2026, 4, 10)
    if is_possible:
        check_extension(until, due_on, today)
    else:
        with pytest.raises(Refused):
            check_extension(until, due_on, today)


def test_what_has_no_date_needs_no_more_time() -> None:
    with pytest.raises(Conflict, match="no_due_date"):
        check_extension(UNTIL, None, NOW.date())


def test_declined_parts_leave_the_form_open_with_its_holder_until_the_council_lets_them_go() -> None:
    asked = OPEN.with_ask(an_ask("part-decline"))
    assert (state_of(asked), asked.due_on, asked.left_out) == (state_of(OPEN), DUE, [])
    accepted, refused = (asked.with_answer(an_answer(decision)) for decision in ("accepted", "refused"))
    assert (accepted.left_out, refused.left_out) == (["hearing"], [])
    versions = {task.access_version for task in (OPEN, asked, accepted, refused)}
    assert len(versions) == 1, "nobody's save is void"
    assert accepted.with_ask(an_ask("extension", at=LATER + timedelta(days=1))).left_out == ["hearing"]
    assert asked.with_answer(an_answer("accepted", due_on=UNTIL)).due_on == UNTIL


def test_a_new_round_knows_nothing_of_parts_that_were_let_go_before() -> None:
    """Which of them the council asks about again, forms knows."""
    accepted = OPEN.with_ask(an_ask("part-decline")).with_answer(an_answer("accepted"))
    message = DelegationReturned.model_validate({"authority": "bristol", "delegation_id": "d"})
    returned = accepted.with_submission(a_submission()).with_return(message, "m", LATER + timedelta(days=1))
    assert returned.left_out == []


@pytest.mark.parametrize(
    ("declined", "others", "left_out", "code"),
    [
        (["hearing"], ["sight"], [], None),
        ([], ["sight"], [], "missing"),
        (["hearing", "sight"], [], [], "all"),
        (["hearing"], ["hearing"], [], "all"),
        (["hearing"], ["sight"], ["sight"], "all"),
        (["hearing"], ["sight", "gait"], ["sight"], None),
    ],
)
def test_parts_are_at_least_one_and_not_all(
    declined: list[str], others: list[str], left_out: list[str], code: str | None
) -> None:
    sections = [{"key": key, "title": key} for key in declined]
    said = {"reason_code": "other", "explanation": "Why", "sections": sections, "going_on_with": others}
    found: list[tuple[str, str]] = []
    try:
        check_sections(PartDeclineBody.model_validate(said), left_out)
    except Refused as refused:
        found = [(fault.path, fault.code) for fault in refused.faults]
    assert found == ([("sections", code)] if code else [])


@pytest.mark.parametrize(
    ("asked", "changed", "refusal"),
    [
        ("part-decline", {"ask_id": "a"}, None),
        ("part-decline", {}, ("ask_id_missing", "/ask_id")),
        ("part-decline", {"ask_id": "a", "decision": "re-delegated"}, ("parts_not_re_delegated", "/decision")),
        ("decline", {"decision": "re-delegated"}, None),
        ("extension", {}, None),
    ],
)
def test_parts_are_decided_about_by_name_and_go_to_nobody_else(
    asked: str, changed: dict[str, Any], refusal: tuple[str, str] | None
) -> None:
    found = None
    try:
        check_decision(an_ask(asked), says(**{"decision": "accepted", **changed}))
    except Refused as refused:
        found = (refused.code, refused.field)
    assert found == refusal
