"""Browsers that are trusted: by which account, at which authority, for how long, and what makes a trust void."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts.api.auth import RegistrationDetails
from contracts.authority import Authority
from services.auth.model.account import Account, Opening
from services.auth.model.authenticator import Authenticator
from services.auth.model.codes import new_challenge
from services.auth.model.session import sign_in_of
from services.auth.model.trusts import MOST, days_offered, found_trust, new_trust, standing, with_trust
from tests.unit.gateway.samples import AUTHORITIES

SECRET = b"s" * 32
AT = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def authority(code: str = "bristol", **changes: Any) -> Authority:
    settings = {"trusted_days": 30, "second_factor": "either", **changes}
    return AUTHORITIES.get("bristol").model_copy(update={"code": code, **settings})


def app(sealed: str) -> Authenticator:
    return Authenticator(sealed=sealed, last_step=1, added_at=AT)


def account(**changes: Any) -> Account:
    details = RegistrationDetails(forename="Sandra", surname="Example")
    address = "sandra@school.example"
    settled = Account(
        account_id="a-1",
        authority="bristol",
        email=address,
        email_key=address,
        password_hash="h",
        details=details,
        registered_at=AT,
    )
    return settled.model_copy(update=changes)


def trusting(at: Authority | None = None, **changes: Any) -> tuple[Account, str]:
    """An account, and what a browser holds that it trusts."""
    owner = account(**changes)
    trust, token = new_trust(SECRET, owner, at or authority(), "Firefox on Windows", AT)
    return owner.model_copy(update={"trusts": [trust]}), token


def test_a_browser_is_trusted_for_the_authoritys_days() -> None:
    owner, held = trusting()
    found = found_trust(SECRET, owner, authority(), held, AT + 30 * DAY - timedelta(seconds=1))
    assert found is not None
    assert (found.browser, found.ends_at) == ("Firefox on Windows", AT + 30 * DAY)
    assert found_trust(SECRET, owner, authority(), held, AT + 30 * DAY) is None


def test_fewer_days_count_at_once_and_more_prolong_nothing() -> None:
    owner, held = trusting()
    assert found_trust(SECRET, owner, authority(trusted_days=7), held, AT + 7 * DAY) is None
    assert found_trust(SECRET, owner, authority(trusted_days=7), held, AT + 6 * DAY)
    assert found_trust(SECRET, owner, authority(trusted_days=0), held, AT) is None
    assert found_trust(SECRET, owner, authority(trusted_days=90), held, AT + 30 * DAY) is None


def test_a_trust_of_one_authority_opens_nothing_at_another() -> None:
    owner, held = trusting()
    assert found_trust(SECRET, owner, authority("oxfordshire"), held, AT) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"password_version": 2},
        {"authenticator": app("another")},
        {"authenticator": None},
        {"email_key": "other@school.example"},
        {"account_id": "a-2"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_it_is_void_once_what_it_was_given_by_has_changed(changes: dict[str, Any]) -> None:
    owner, held = trusting(authenticator=app("sealed"))
    assert found_trust(SECRET, owner, authority(), held, AT)
    assert standing(SECRET, owner.model_copy(update=changes), authority(), AT) == []


def test_it_is_void_once_the_authority_asks_for_something_else() -> None:
    owner, held = trusting(authenticator=app("sealed"))
    assert found_trust(SECRET, owner, authority(second_factor="app"), held, AT) is None
    without, held = trusting(authority(second_factor="app"))
    assert found_trust(SECRET, without, authority(second_factor="app"), held, AT) is None, "an app is to be added first"


def test_what_a_browser_makes_up_or_has_of_others_opens_nothing() -> None:
    owner, held = trusting()
    _, others = trusting(account_id="a-2")
    for each in ("", "~", "~~~", owner.trusts[0].key, held[:-1], others, held.swapcase()):
        assert found_trust(SECRET, owner, authority(), each, AT) is None
    assert found_trust(SECRET, owner, authority(), f"{others}~{held}", AT)


def test_a_shared_browser_holds_its_last_five() -> None:
    held, tokens = "", [trusting()[1] for _ in range(MOST + 1)]
    for token in tokens:
        held = with_trust(held, token)
    assert held.split("~") == tokens[:0:-1]


def test_an_account_shows_those_that_count_the_latest_first() -> None:
    owner, _ = trusting()
    later, _ = new_trust(SECRET, owner, authority(), "Safari on an iPhone", AT + DAY)
    owner = owner.model_copy(update={"trusts": [*owner.trusts, later]})
    shown = standing(SECRET, owner, authority(), AT + DAY)
    assert [each.browser for each in shown] == ["Safari on an iPhone", "Firefox on Windows"]
    assert [each.browser for each in standing(SECRET, owner, authority(), AT + 30 * DAY)] == ["Safari on an iPhone"]


@pytest.mark.parametrize(
    ("settings", "days"),
    [({}, 30), ({"trusted_days": 0}, 0), ({"second_factor": "app"}, 0), ({"second_factor": "email"}, 30)],
)
def test_it_is_offered_where_the_authority_grants_days_and_no_app_is_missing(
    settings: dict[str, Any], days: int
) -> None:
    challenge, _ = new_challenge(SECRET, at=AT, lifetime=timedelta(minutes=10))
    at = authority(**settings)
    assert days_offered(sign_in_of(account(), key="k", authority=at, challenge=challenge), at) == days


def test_it_is_not_offered_before_an_opened_account_is_taken_over() -> None:
    challenge, _ = new_challenge(SECRET, at=AT, lifetime=timedelta(minutes=10))
    waiting = account(opening=Opening(by=["bristol"], asked_at=AT, password_until=AT + DAY, forget_at=AT + 2 * DAY))
    assert days_offered(sign_in_of(waiting, key="k", authority=authority(), challenge=challenge), authority()) == 0
