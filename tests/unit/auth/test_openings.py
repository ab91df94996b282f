"""Accounts that councils open: which message counts, what signs in, and for how long a temporary password does."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.council import AccountOpened
from services.auth.model.account import Account
from services.auth.model.authenticator import LETTERS
from services.auth.model.emails import login_fault
from services.auth.model.opening import MOST_REMEMBERED, is_late, opened
from services.auth.model.session import shown_of
from services.auth.model.temporary_passwords import (
    LENGTH,
    TemporaryPassword,
    is_too_old,
    new_temporary_password,
    read_temporary_password,
    typed_password,
)
from services.auth.model.user_names import UserName, full_user_name, read_user_name, user_name_at, with_user_name

AT = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def a_message(**changes: object) -> AccountOpened:
    given = {"forename": " Sandra\u0007", "surname": "Example", "role": "SENCO", "organisation": "Example School"}
    return AccountOpened.model_validate({"authority": "bristol", "email": "Sandra@School.example", **given, **changes})


def an_account(before: Account | None = None, key: str = "m-1", at: datetime = AT, **changes: object) -> Account:
    return opened(a_message(**changes), before, TemporaryPassword("T", "hash", at + 7 * DAY), key=key, at=at)


def test_an_opened_account_waits_for_its_owner_with_what_the_council_has_said() -> None:
    account = an_account(user_name="S.Example")
    assert account.opening is not None
    assert (account.opening.password_until, account.opening.forget_at) == (AT + 7 * DAY, AT + 8 * DAY)
    assert (account.email_key, account.name, account.details.is_professional) == (
        "Sandra@School.example".lower(),
        "Sandra Example",
        True,
    )
    assert account.is_unused
    assert shown_of(account)["must_take_over"]
    assert user_name_at(account.user_names, "bristol") == "bristol-s.example"
    taken_over = account.model_copy(update={"opening": None})
    assert not taken_over.is_unused
    assert not shown_of(taken_over)["must_take_over"]


def test_a_later_message_keeps_the_account_and_voids_its_password_and_an_earlier_one_does_nothing() -> None:
    first = an_account(opened_at=AT)
    second = an_account(first, "m-2", AT + DAY, surname="Sample")
    assert (second.account_id, second.password_version) == (first.account_id, first.password_version + 1)
    assert (second.name, second.asked_by) == ("Sandra Sample", ["m-1", "m-2"])
    third = an_account(second, "m-3", AT + 2 * DAY, authority="oxfordshire")
    assert third.opening is not None
    assert third.opening.by == ["bristol", "oxfordshire"]
    cases = {AT - DAY: True, AT: True, AT + timedelta(seconds=1): False}
    assert {at: is_late(first, a_message(opened_at=at), AT + DAY) for at in cases} == cases
    assert not is_late(first, a_message(), AT + DAY), "without a time it counts as it comes"
    ahead = an_account(opened_at=AT + 400 * DAY)
    assert not is_late(ahead, a_message(), AT + timedelta(seconds=1))


def test_an_account_remembers_so_many_messages_and_no_more() -> None:
    account = None
    for number in range(MOST_REMEMBERED + 3):
        account = an_account(account, f"m-{number}", AT + number * DAY)
    assert account is not None
    assert len(account.asked_by) == MOST_REMEMBERED
    assert account.asked_by[-1] == f"m-{MOST_REMEMBERED + 2}"


@pytest.mark.parametrize("days", [1, 55])
def test_whom_a_council_has_opened_an_account_for_is_not_dormant(days: int) -> None:
    account = an_account()
    assert not account.is_dormant(days, AT + 100 * DAY)
    assert account.model_copy(update={"opening": None}).is_dormant(days, AT + 100 * DAY)


def test_a_temporary_password_is_typed_as_one_likes_and_an_own_one_exactly() -> None:
    password = new_temporary_password()
    assert len(password) == LENGTH
    assert set(password) <= set(LETTERS)
    assert password != new_temporary_password()
    shown = "-".join(password[place : place + 4] for place in range(0, LENGTH, 4)).lower()
    account = an_account()
    for typed in (password, shown, f" {shown.replace('-', ' ')} "):
        assert read_temporary_password(typed) == password
        assert typed_password(account, typed) == password
    for other in (None, account.model_copy(update={"opening": None})):
        assert typed_password(other, " as-It was ") == " as-It was "


def test_a_temporary_password_is_good_until_its_time_and_an_own_one_for_ever() -> None:
    account = an_account()
    assert not is_too_old(account, AT + 7 * DAY - timedelta(seconds=1))
    assert is_too_old(account, AT + 7 * DAY)
    assert account.opening is not None
    own = account.opening.model_copy(update={"password_until": None, "forget_at": None})
    chosen = account.model_copy(update={"opening": own})
    assert not is_too_old(chosen, AT + 400 * DAY)
    assert not chosen.is_unused
    assert not is_too_old(account.model_copy(update={"opening": None}), AT + 400 * DAY)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("bristol-s.example", "bristol-s.example"),
        (" West-Sussex-S_1 ", "west-sussex-s_1"),
        ("bristol", None),
        ("bristol-", None),
        ("bristol-.s", None),
        ("bristol-s@school.example", None),
        ("bristol-s example", None),
        ("bristol-\u0430", None),
        ("", None),
    ],
)
def test_what_is_read_as_a_user_name(typed: str, name: str | None) -> None:
    assert read_user_name(typed) == name
    assert (login_fault(typed) is None) is (name is not None or typed == "bristol-s@school.example")


def test_no_two_authorities_names_meet_however_their_codes_look() -> None:
    assert full_user_name("west", "sussex.s") != full_user_name("west-sussex", "s")
    with pytest.raises(ValueError, match="user_name"):
        a_message(authority="west", user_name="sussex-s")


def test_one_name_of_an_authority_signs_in_and_what_an_account_in_use_is_given_does_not() -> None:
    names = with_user_name([], "bristol-a", signs_in=True)
    names = with_user_name(names, "oxfordshire-a", signs_in=True)
    names = with_user_name(names, "bristol-b", signs_in=True)
    assert [(each.full, each.signs_in) for each in names] == [("oxfordshire-a", True), ("bristol-b", True)]
    in_use = with_user_name(names, "bristol-c", signs_in=False)
    in_use = with_user_name(in_use, "bristol-d", signs_in=False)
    assert in_use == [*names, UserName(full="bristol-d", signs_in=False)]
    assert with_user_name(in_use, "bristol-b", signs_in=False) == in_use
    assert with_user_name(in_use, "", signs_in=True) == in_use
    assert user_name_at(in_use, "bristol") == "bristol-b"
    assert user_name_at(in_use, "elsewhere") == ""
