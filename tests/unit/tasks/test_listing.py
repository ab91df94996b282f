from datetime import date, datetime, timedelta

import pytest

from contracts.base import Contact
from contracts.council import DelegationRequested
from contracts.tasks import Holder
from services.tasks.model.facts import Amendment, digest_of
from services.tasks.model.listing import (
    Kind,
    ListedRow,
    Window,
    beginnings,
    choices,
    looked_for,
    place,
    row_of,
    windows,
)
from tests.unit.tasks.test_task import BLANK, BRISTOL, GROUP, NOW, a_request

OXFORDSHIRE = BRISTOL.model_copy(update={"code": "oxfordshire", "retracted_days": 7})
EALING = BRISTOL.model_copy(update={"code": "ealing"})


def test_authorities_of_one_period_share_a_window() -> None:
    assert windows([BRISTOL, OXFORDSHIRE, EALING], "retracted", NOW) == [
        Window(NOW - timedelta(days=7), ["oxfordshire"]),
        Window(NOW - timedelta(days=30), ["bristol", "ealing"]),
    ]
    assert windows([BRISTOL, OXFORDSHIRE], "submitted", NOW) == [
        Window(NOW - timedelta(days=30), ["bristol", "oxfordshire"])
    ]


@pytest.mark.parametrize(
    ("asked", "count", "expected"),
    [(1, 0, (1, 1)), (99, 60, (3, 3)), (0, 60, (1, 3)), (2, 26, (2, 2)), (2, 25, (1, 1))],
)
def test_a_page_too_far_is_the_last(asked: int, count: int, expected: tuple[int, int]) -> None:
    assert place(asked, count) == expected


def test_a_list_is_narrowed_by_form_council_and_progress_where_there_is_a_choice() -> None:
    row = ListedRow.of(row_of(BLANK.with_request(a_request())), [])
    kinds = [Kind.parsed(row.kind), Kind("ealing", "b", "another form"), Kind("ealing", "f", "Form")]
    found = choices(kinds, open_tasks=2)
    assert [(one.key, one.name) for one in found.forms] == [("b", "another form"), ("f", "Form")]
    assert found.authorities == ["bristol", "ealing"]
    assert found.progress == ["not_started", "in_progress", "returned", "declined"]
    assert choices(kinds, open_tasks=1).progress == []


def test_what_has_no_date_stands_behind_all_that_have_one_and_shows_none() -> None:
    dated, undated = (row_of(BLANK.with_request(a_request(due_on=due))) for due in (date(2199, 12, 31), None))
    assert undated.due_on is None
    assert ListedRow.of(dated, []).due_on < ListedRow.of(undated, []).due_on
    assert ListedRow.of(undated, []).shown.due_on is None


@pytest.mark.parametrize(
    ("name", "words", "is_found"),
    [
        ("Gabriel Example", "gab", True),
        ("Gabriel Example", "exam GABRIEL", True),
        ("Gabriel Example", "gabriela", False),
        ("Gabriel Example", "ab", False),
        ("Gabriel Example", "tom gab", False),
        ("Alexandrina O'Hara-Zoë", "alexandrinchen hara zoe", True),
        ("Łucja Đurić", "łuc", True),
        ("Élodie Nuñez", "elodie nunez", True),
        ("李 小龍", "小龍", True),
        ("", "gab", False),
    ],
)
def test_a_child_is_found_by_how_the_names_begin(name: str, words: str, is_found: bool) -> None:
    assert (set(looked_for(words)) <= set(beginnings(name))) is is_found


def test_a_single_letter_looks_for_nobody_and_a_name_without_end_has_few_beginnings() -> None:
    assert looked_for("g  x - '") == []
    assert beginnings("X") == []
    assert len(beginnings(" ".join(f"nameless{number:03}" for number in range(500)))) < 100


class Later(DelegationRequested):
    """The contract after it has grown."""

    urgency: str = "ordinary"


def test_a_field_that_the_contract_gains_leaves_the_digest_of_a_request_as_it_was() -> None:
    told = {
        "authority": "bristol",
        "delegation_id": "d",
        "form": "f",
        "subject": {"name": "Gabriel Example", "person_id": "P"},
        "assignee": {"email": "sandra@school.example", "kind": "person"},
        "sender": {"name": "Chloe"},
    }
    digest = digest_of(DelegationRequested.model_validate(told))
    assert digest_of(Later.model_validate(told)) == digest
    assert digest_of(DelegationRequested.model_validate(dict(reversed(told.items())))) == digest
    assert digest_of(DelegationRequested.model_validate(told | {"comments": "More"})) != digest


def test_a_row_says_when_it_came_from_others_and_when_the_council_changed_it() -> None:
    def at(hours: int) -> datetime:
        return NOW + timedelta(hours=hours)

    morag, tom = Contact(email="morag@school.example"), Holder(kind="person", email="tom@school.example")
    given = BLANK.with_request(a_request())
    assert (row_of(given).came_at, row_of(given).changed_at) == (given.requested.requested_at, None)
    waiting = BLANK.with_request(a_request(GROUP))
    assert row_of(waiting.picked_up(tom, at(1))).came_at is None
    moved = given.re_assigned(tom, [], morag, at(2))
    assert row_of(moved).came_at == at(2)
    assert row_of(moved.readdressed(tom, at(3))).came_at == at(2)
    amended = moved.with_amendment(Amendment(message_id="m", amended_at=at(4), comments="Sooner"))
    assert row_of(amended).changed_at == at(4)
