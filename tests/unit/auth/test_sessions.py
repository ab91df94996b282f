"""When a session counts and when it is over."""

from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from chassis.authorities import Authorities
from chassis.database import Database, OutboxCollection
from chassis.relay import Relay
from commands.parts.instance import ROOT
from contracts.api.auth import RegistrationDetails
from services.auth.model.account import Account
from services.auth.model.authenticator import Authenticator
from services.auth.model.codes import new_challenge
from services.auth.model.session import ABSOLUTE, Session, SignedInBy, may_add_app, sign_in_of, withheld_from
from services.auth.model.tokens import new_token, token_hash
from services.auth.store.sessions import SessionStore
from tests.unit.auth.test_trusts import account
from tests.unit.chassis.test_repository import NobodyListens

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
IDLE = timedelta(minutes=30)


def session(seen: timedelta = timedelta(0)) -> Session:
    return Session(
        key="k",
        account_id="a",
        authority="bristol",
        email="sandra@school.example",
        name="Sandra Example",
        role="SENCO",
        organisation="Hill View",
        password_version=1,
        opened_at=AT,
        seen_at=AT + seen,
        ends_at=AT + ABSOLUTE,
    )


def test_it_ends_when_nothing_happens_for_the_authoritys_time() -> None:
    assert session().is_open(AT + IDLE - timedelta(seconds=1), IDLE)
    assert not session().is_open(AT + IDLE, IDLE)


def test_it_ends_after_twelve_hours_whatever_happens() -> None:
    busy = session(seen=timedelta(hours=11, minutes=59))
    assert busy.is_open(AT + timedelta(hours=11, minutes=59), IDLE)
    assert not busy.is_open(AT + timedelta(hours=12), IDLE)
    assert busy.idle_until(IDLE) == AT + timedelta(hours=12)


def test_use_is_written_down_at_most_once_a_minute() -> None:
    assert not session().wants_touch(AT + timedelta(seconds=59))
    assert session().wants_touch(AT + timedelta(seconds=60))


def test_tokens_hold_256_bits_and_only_their_hash_is_kept() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) == 43 for token in tokens)
    assert all(token not in token_hash(token) for token in tokens)


@pytest.mark.parametrize("has_app", [True, False])
def test_it_goes_on_as_its_account_is_by_now_and_waits_for_no_app_once_there_is_one(has_app: bool) -> None:
    app = Authenticator(sealed="s", last_step=1, added_at=AT) if has_app else None
    account = Account(
        account_id="a",
        authority="bristol",
        email="new@school.example",
        email_key="new@school.example",
        password_hash="h",
        password_version=2,
        details=RegistrationDetails(forename="Sandra", surname="Example"),
        registered_at=AT,
        authenticator=app,
    )
    waiting = session().model_copy(update={"must_enrol": True, "enrolling": "s"})
    renewed = waiting.renewed("other", account)
    assert (renewed.key, renewed.password_version, renewed.email) == ("other", 2, "new@school.example")
    assert (renewed.must_enrol, renewed.enrolling) == ((False, "") if has_app else (True, "s"))


@pytest.mark.parametrize(
    ("factor", "door", "withheld"),
    [
        ("email", "bristol", ["oxfordshire"]),
        ("trust", "bristol", ["oxfordshire"]),
        ("", "bristol", ["oxfordshire"]),
        ("app", "bristol", []),
        ("passkey", "bristol", []),
        ("trust", "oxfordshire", []),
    ],
)
def test_a_council_that_insists_on_an_app_withholds_its_forms_from_whoever_came_in_by_less(
    factor: SignedInBy, door: str, withheld: list[str]
) -> None:
    known = Authorities.load(ROOT / "deploy/authorities").get("bristol")
    councils = [
        known.model_copy(update={"code": code, "second_factor": asked})
        for code, asked in (("bristol", "either"), ("gloucestershire", "email"), ("oxfordshire", "app"))
    ]
    begun = session().model_copy(update={"factor": factor, "authority": door})
    assert withheld_from(begun, councils) == withheld


@pytest.mark.parametrize(
    ("factor", "may"), [("app", True), ("passkey", True), ("email", False), ("trust", False), ("", False)]
)
def test_an_app_is_replaced_by_whoever_has_shown_it_or_a_passkey_and_added_by_everybody(
    factor: SignedInBy, may: bool
) -> None:
    begun = session().model_copy(update={"factor": factor})
    app = Authenticator(sealed="s", last_step=1, added_at=AT)
    assert may_add_app(begun, account(authenticator=app)) is may
    assert may_add_app(begun, account(authenticator=None))


async def test_what_was_open_or_begun_by_then_ends_and_what_came_later_or_is_anothers_stays(inner: Database) -> None:
    store = SessionStore(OutboxCollection(inner.collection("sessions"), cast("Relay", NobodyListens())))
    bristol, later = Authorities.load(ROOT / "deploy/authorities").get("bristol"), AT + timedelta(seconds=1)
    for opened_at, owner in ((AT, "a-1"), (later, "a-1"), (AT, "another")):
        one = session().model_copy(update={"key": f"{owner} {opened_at}", "account_id": owner, "opened_at": opened_at})
        await store.add(one, one.key)
    for begun_at in (AT, later):
        challenge, _ = new_challenge(b"secret", at=begun_at, lifetime=IDLE)
        await store.start(sign_in_of(account(), key=f"{begun_at}", authority=bristol, challenge=challenge), [])
    assert [await store.close_opened_before("a-1", AT) for _ in range(2)] == [2, 0]
    assert await store.by_token(f"a-1 {later}")
    assert await store.waiting(f"{later}", later)
    assert await store.by_token(f"another {AT}")
