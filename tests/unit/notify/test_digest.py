"""What waits for one email a day, until when, what that says, and whose choice it is in whatever order it is heard."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import get_args

import pytest

from contracts.authority import Authority
from contracts.base import Contact
from services.notify.model import (
    DigestChoice,
    EmailDelivery,
    Purpose,
    can_wait,
    digest_id,
    is_over,
    lines_of,
    next_digest,
    shown_date,
    told_of,
)
from tests.unit.notify.test_email_templates import AUTHORITIES, VALUES

BRISTOL = AUTHORITIES.get("bristol")
MONDAY = datetime(2026, 6, 1, 8, 30, tzinfo=UTC)  # half past nine in summer


def waiting(purpose: Purpose = "delegation", *, version: int = 1, **values: str) -> EmailDelivery:
    return EmailDelivery(
        delivery_id=f"{purpose} {version}",
        authority="bristol",
        purpose=purpose,
        person=Contact(email="sandra@school.example"),
        values={**VALUES, **values},
        delegation_id="LCS-1",
        task_version=version,
        account_id="a-1",
        waits_until=MONDAY,
        created_at=MONDAY - timedelta(hours=20),
    )


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-06-01T06:00", "2026-06-01T08:30"),
        ("2026-06-01T08:29", "2026-06-01T08:30"),
        ("2026-06-01T08:30", "2026-06-02T08:30"),
        ("2026-06-05T15:00", "2026-06-08T08:30"),  # a Friday
        ("2026-12-24T12:00", "2026-12-29T09:30"),  # Christmas, a weekend, Boxing Day's Monday
        ("2026-10-24T12:00", "2026-10-26T09:30"),  # the night in which the clocks go back
        ("2026-06-01T23:30", "2026-06-02T08:30"),  # past midnight in England, and Tuesday there
    ],
)
def test_it_goes_out_at_half_past_nine_in_england_on_a_working_day(at: str, expected: str) -> None:
    found = next_digest(datetime.fromisoformat(at).replace(tzinfo=UTC), BRISTOL)
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_an_authoritys_own_days_have_none() -> None:
    closed = Authority.model_validate({**BRISTOL.model_dump(), "closed_on": [date(2026, 6, 2), date(2026, 6, 3)]})
    assert next_digest(MONDAY, closed) == datetime(2026, 6, 4, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("purpose", "days", "waits"),
    [
        ("delegation", 3, True),
        ("delegation", 2, False),
        ("reminder", 2, False),
        ("reminder", 7, True),
        ("delegation", -5, False),  # late before anybody has heard of it
        ("reminder_late", -1, True),
        ("reminder_to_manager", -7, True),
        ("moved", 3, True),
        ("receipt", 30, False),
        ("retracted", 30, False),
    ],
)
def test_what_is_due_within_two_days_of_the_morning_does_not_wait(purpose: Purpose, days: int, *, waits: bool) -> None:
    assert can_wait(purpose, MONDAY.date() + timedelta(days=days), MONDAY) is waits


def test_nothing_about_an_account_ever_waits_and_what_has_no_date_may() -> None:
    about_accounts = set(get_args(Purpose)) - {one for one in get_args(Purpose) if can_wait(one, date.max, MONDAY)}
    assert {"sign_in", "reset", "new_device", "password_changed", "account_closed", "receipt"} <= about_accounts
    assert "digest" in about_accounts
    assert can_wait("delegation", None, MONDAY), "nobody misses a date that there is not"


def test_every_thing_that_waits_has_a_line_of_its_own() -> None:
    purposes = [one for one in get_args(Purpose) if can_wait(one, date.max, MONDAY)]
    lines = lines_of([waiting(one) for one in purposes])
    assert len({line.what for line in lines}) == len(purposes) == 24
    assert all((line.form, line.reference) == (VALUES["form"], VALUES["reference"]) for line in lines)
    by = dict(zip(purposes, lines, strict=True))
    assert by["delegation_to_group"].what == "New form for your work group, Secondary Schools"
    assert by["reminder_unbegun"].what == "Nobody has begun it since 01-Sep-2021"
    assert by["reminder_unbegun_late"].due == "was due 21-Sep-2021"
    assert (by["reminder"].due, by["reminder_late"].due) == ("due 21-Sep-2021", "was due 21-Sep-2021")
    assert lines_of([waiting("moved", due_on="")])[0].due == ""


def test_a_value_is_text_and_no_template() -> None:
    assert lines_of([waiting("moved", holder="$by", by="Ann")])[0].what == "Moved to $by by Ann"


@pytest.mark.parametrize(("version", "ended_at", "over"), [(1, 5, True), (6, 5, False), (5, 5, False)])
def test_what_its_form_has_ended_after_is_over(version: int, ended_at: int, *, over: bool) -> None:
    assert is_over(waiting(version=version), {"LCS-1": ended_at}) is over
    assert not is_over(waiting(version=version), {"LCS-2": 99})


def test_a_days_digests_of_an_account_and_authority_have_ids_of_their_own_that_follow_from_it() -> None:
    day = MONDAY.date()
    ids = {
        digest_id("bristol", "a-1", day, 1),
        digest_id("bristol", "a-1", day, 1),
        digest_id("bristol", "a-1", day, 2),
        digest_id("bristol", "a-1", day + timedelta(days=1), 1),
        digest_id("oxfordshire", "a-1", day, 1),
        digest_id("bristol", "a-2", day, 1),
    }
    assert len(ids) == 5


def test_a_digest_says_by_ids_what_it_tells() -> None:
    (told,) = told_of([waiting()])
    assert (told.delivery_id, told.delegation_id) == ("delegation 1", "LCS-1")
    assert shown_date(told.owed_at) == "31-May-2026"


def test_what_waited_is_tried_for_as_long_as_anything_else() -> None:
    assert not waiting().is_given_up(MONDAY + timedelta(days=2, hours=23))
    assert waiting().is_given_up(MONDAY + timedelta(days=3))


def test_in_whatever_order_it_is_heard_the_latest_choice_and_address_count() -> None:
    on, off, moved = (MONDAY + timedelta(minutes=minutes) for minutes in (1, 2, 3))
    news: list[Callable[[DigestChoice], DigestChoice]] = [
        lambda choice: choice.chosen("old", on, is_wanted=True),
        lambda choice: choice.chosen("old", off, is_wanted=False),
        lambda choice: choice.readdressed("new", moved),
    ]
    for order in permutations(news * 2):
        choice = DigestChoice(account_id="a-1")
        for heard in order:
            choice = heard(choice)
        assert (choice.is_wanted, choice.address_hash) == (False, "new")


def test_a_closed_account_chooses_nothing_whatever_is_heard_later() -> None:
    choice = DigestChoice(account_id="a-1").closed().chosen("old", MONDAY, is_wanted=True).readdressed("new", MONDAY)
    assert (choice.is_wanted, choice.address_hash) == (False, "")
