"""Who may add to what they have submitted, until when, and what becomes of it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import Conflict
from contracts.base import Contact
from contracts.tasks import Holder
from services.tasks.model.adding import addendum_view, interrupted, may_add
from services.tasks.model.facts import Addendum, Move, SubmissionFact
from services.tasks.model.listing import row_of
from services.tasks.model.retention import erased_on
from services.tasks.model.task import Task
from tests.unit.tasks.test_task import BLANK, BRISTOL, NOW, PERSON, a_request, a_submission, asks

SUBMITTED = BLANK.with_request(a_request()).with_submission(a_submission())
ALL = ["read", "edit", "submit"]
LATER = NOW + timedelta(days=1)


def an_addendum(number: int = 1, contribution_id: str = "c", reason: str = "It came late.") -> Addendum:
    return Addendum(addendum_id=f"a-{number}", contribution_id=contribution_id, reason=reason, started_at=LATER)


def the_next(contribution_id: str = "c-2") -> SubmissionFact:
    return a_submission().model_copy(update={"contribution_id": contribution_id, "submitted_at": LATER})


def test_what_stands_goes_on_standing_while_its_author_adds_to_it() -> None:
    begun = SUBMITTED.with_addendum(an_addendum())
    assert (begun.state, begun.contribution_id, begun.progress) == ("submitted", "c", None)
    assert begun.submission == SUBMITTED.submission
    assert erased_on(begun, BRISTOL) == erased_on(SUBMITTED, BRISTOL)
    assert SUBMITTED.rights_of(PERSON.email, BRISTOL, LATER) == ["read"]
    assert begun.rights_of(PERSON.email, BRISTOL, LATER) == ALL
    assert begun.rights_of("tom@school.example", BRISTOL, LATER) == []
    assert (row_of(SUBMITTED).addendum_started_at, row_of(begun).addendum_started_at) == (None, LATER)


def test_it_is_begun_once_and_for_the_reason_that_was_given_first() -> None:
    begun = SUBMITTED.with_addendum(an_addendum())
    assert begun.with_addendum(an_addendum(2, reason="Another")) is begun
    with pytest.raises(Conflict):
        SUBMITTED.with_addendum(an_addendum(contribution_id="c-0"))
    with pytest.raises(Conflict):
        BLANK.with_request(a_request()).with_addendum(an_addendum())


def test_beginning_and_discarding_change_who_may_do_what() -> None:
    begun = SUBMITTED.with_addendum(an_addendum())
    discarded = begun.without_addendum(LATER)
    again = discarded.with_addendum(an_addendum(2))
    assert [each.access_version for each in (SUBMITTED, begun, discarded, again)] == [1, 2, 3, 4]
    assert discarded.rights_of(PERSON.email, BRISTOL, LATER) == ["read"]
    assert (discarded.addendum, discarded.addenda[0].reason) == (None, "")
    assert discarded.without_addendum(LATER) is discarded
    assert (discarded.state, discarded.submission) == ("submitted", SUBMITTED.submission)


def test_it_ends_with_the_window_in_which_the_form_is_shown() -> None:
    begun, last = SUBMITTED.with_addendum(an_addendum()), timedelta(days=BRISTOL.submitted_days)
    for at, may in ((NOW + last - timedelta(seconds=1), True), (NOW + last, False)):
        assert may_add(begun, PERSON.email, BRISTOL, at) == may
        assert (begun.rights_of(PERSON.email, BRISTOL, at) == ALL) == may


def test_only_who_has_submitted_it_and_still_has_it_may_add() -> None:
    assert may_add(SUBMITTED, PERSON.email.upper(), BRISTOL, LATER)
    assert not may_add(SUBMITTED, "tom@school.example", BRISTOL, LATER)
    assert not may_add(BLANK.with_request(a_request()), PERSON.email, BRISTOL, LATER)
    by_tom = the_next().model_copy(update={"by": Contact(email="tom@school.example")})
    crossed = BLANK.with_request(a_request()).with_submission(by_tom)
    assert not may_add(crossed, PERSON.email, BRISTOL, LATER), "it was submitted while it changed hands"
    assert not may_add(crossed, "tom@school.example", BRISTOL, LATER)


def test_a_new_address_goes_on_adding() -> None:
    moved = SUBMITTED.with_addendum(an_addendum())
    for number in (1, 2):
        moved = moved.readdressed(Holder(kind="person", email=f"sandra.{number}@college.example"), LATER)
    assert may_add(moved, "sandra.2@college.example", BRISTOL, LATER)
    assert not may_add(moved, PERSON.email, BRISTOL, LATER)
    assert moved.rights_of("sandra.2@college.example", BRISTOL, LATER) == ALL
    taken = moved.model_copy(
        update={
            "moves": [
                Move(to=Holder(kind="person", email="tom@school.example"), by="m", how="re_assigned", moved_at=NOW),
                *moved.moves,
            ]
        }
    )
    assert not may_add(taken, "sandra.2@college.example", BRISTOL, LATER)


def test_what_is_submitted_takes_the_place_of_what_stood() -> None:
    begun = SUBMITTED.with_receipt("c", NOW).with_addendum(an_addendum()).warned(NOW)
    replaced = begun.with_submission(the_next(), "c")
    assert (replaced.state, replaced.contribution_id, replaced.addendum) == ("submitted", "c-2", None)
    assert replaced.rights_of(PERSON.email, BRISTOL, LATER) == ["read"]
    assert replaced.submission is not None
    assert (replaced.submission.received_at, replaced.warned_at) == (None, None), "the council has not got it yet"
    for told_again in (a_submission(), the_next()):
        assert replaced.with_submission(told_again, "c" if told_again == the_next() else None) is replaced
    assert replaced.with_receipt("c", LATER) is replaced
    assert replaced.has_heard_of("c")
    assert replaced.has_heard_of("c-2")
    assert not replaced.has_heard_of("c-3")


def test_what_was_replaced_never_comes_back() -> None:
    replaced = SUBMITTED.with_addendum(an_addendum()).with_submission(the_next(), "c")
    returned = replaced.with_return(asks(), "m1", LATER)
    assert returned.with_submission(a_submission()) is returned
    assert returned.with_submission(the_next(), "c") is returned


def test_a_return_ends_it_and_is_answered_by_what_was_under_way() -> None:
    begun = SUBMITTED.with_addendum(an_addendum())
    returned = begun.with_return(asks(), "m1", LATER)
    assert (returned.state, returned.addendum, interrupted(returned)) == ("returned", None, begun.addenda[0])
    view = addendum_view(returned)
    assert view is not None
    assert (view.reason, view.is_over) == ("It came late.", True)
    crossed = returned.with_submission(the_next(), "c")
    assert (crossed.state, crossed.contribution_id, interrupted(crossed)) == ("submitted", "c-2", None)
    assert crossed.with_submission(a_submission()) is crossed
    discarded = begun.without_addendum(LATER).with_return(asks(), "m1", LATER)
    assert (interrupted(discarded), addendum_view(discarded)) == (None, None)


FACTS = {
    "submitted": lambda task: task.with_submission(a_submission()),
    "replaced": lambda task: task.with_submission(the_next(), "c"),
    "received first": lambda task: task.with_receipt("c", NOW),
}


@given(st.lists(st.sampled_from(sorted(FACTS)), max_size=6).flatmap(lambda more: st.permutations([*FACTS, *more])))
def test_any_order_and_any_repetition_end_the_same(order: list[str]) -> None:
    task: Task = BLANK.with_request(a_request())
    for name in order:
        task = FACTS[name](task)
    assert (task.state, task.contribution_id, task.replaced) == ("submitted", "c-2", ["c"])
    assert task.submission == the_next()
