"""Codes tried, and what one of them opens: each is one guarded write, however many come at once."""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import cast

import pytest

from chassis.database import Database, OutboxCollection
from chassis.relay import Relay
from services.auth.model.codes import FAILURES, TRIES, Challenge, new_challenge
from services.auth.model.devices import Caller
from services.auth.model.registration import Registration
from services.auth.model.reset import Reset
from services.auth.model.session import Session, SignIn, session_of, sign_in_of
from services.auth.model.tokens import token_hash
from services.auth.store.accounts import AccountStore
from services.auth.store.limits import LimitStore
from services.auth.store.registrations import RegistrationStore
from services.auth.store.resets import ResetStore
from services.auth.store.sessions import SessionStore
from services.auth.usecases.context import Auth
from services.auth.usecases.opening import welcome
from tests.unit.auth.test_trusts import account, app, authority
from tests.unit.chassis.test_repository import NobodyListens

SECRET = b"s" * 32
# Of today: what is as old as other tests' time the database forgets by itself.
AT = datetime.now(UTC).replace(microsecond=0)
LIFE = timedelta(minutes=10)


def challenge() -> Challenge:
    return new_challenge(SECRET, at=AT, lifetime=LIFE)[0]


@pytest.fixture
def sessions(inner: Database) -> SessionStore:
    return SessionStore(OutboxCollection(inner.collection("sessions"), cast("Relay", NobodyListens())))


@pytest.fixture
async def accounts(inner: Database) -> AccountStore:
    store = AccountStore(OutboxCollection(inner.collection("accounts"), cast("Relay", NobodyListens())))
    await store.add(account(authenticator=app("sealed")), [])
    return store


@pytest.fixture
async def sign_in(sessions: SessionStore) -> SignIn:
    begun = sign_in_of(account(), key="s-1", authority=authority(), challenge=challenge())
    await sessions.start(begun, [])
    return begun


async def successes(*tries: Awaitable[object]) -> int:
    """How many of these, at once, came to something."""
    return sum(bool(done) for done in await asyncio.gather(*tries))


async def test_five_tries_of_a_code_are_counted_and_none_once_its_time_is_over(
    sessions: SessionStore, sign_in: SignIn
) -> None:
    assert await sessions.count_try(sign_in.key, AT + LIFE) is None
    assert await successes(*(sessions.count_try(sign_in.key, AT) for _ in range(20))) == TRIES
    assert await sessions.replace_code(sign_in.key, challenge(), [], AT)
    assert await successes(*(sessions.count_try(sign_in.key, AT) for _ in range(20))) == TRIES


async def test_of_a_resets_and_a_registrations_code_too_five_tries_are_counted_within_its_time(inner: Database) -> None:
    relay, until = cast("Relay", NobodyListens()), AT + timedelta(hours=1)
    resets = ResetStore(OutboxCollection(inner.collection("resets"), relay))
    registrations = RegistrationStore(OutboxCollection(inner.collection("registrations"), relay))
    await resets.start(
        Reset(key="k", authority="bristol", account_id="a-1", address="x", challenge=challenge(), expires_at=until),
        [],
    )
    await registrations.start(
        Registration(
            key="k",
            account_id="a-1",
            authority="bristol",
            details=account().details,
            challenge=challenge(),
            started_at=AT,
            expires_at=until,
        )
    )
    for store in (resets, registrations):
        assert await store.count_try("k", AT + LIFE) is None
        assert await successes(*(store.count_try("k", AT) for _ in range(20))) == TRIES


async def test_a_hundred_wrong_codes_in_a_row_are_counted(accounts: AccountStore) -> None:
    first = [await accounts.count_failure("a-1") for _ in range(FAILURES - 3)]
    assert all(first)
    assert await successes(*(accounts.count_failure("a-1") for _ in range(20))) == 3


async def test_a_sign_in_opens_one_session_and_none_by_a_code_of_before(
    sessions: SessionStore, sign_in: SignIn
) -> None:
    assert await sessions.replace_code(sign_in.key, challenge(), [], AT)
    assert await sessions.open(sign_in, "t-0", "", None, AT) is None, "another code was sent"
    now = await sessions.waiting(sign_in.key, AT)
    assert now is not None
    assert await successes(*(sessions.open(now, f"t-{each}", "", None, AT) for each in range(1, 9))) == 1
    assert await sessions.waiting(sign_in.key, AT) is None


async def test_of_an_apps_codes_each_is_taken_once_and_none_of_before(accounts: AccountStore) -> None:
    assert await successes(*(accounts.use_step("a-1", 9) for _ in range(8))) == 1
    assert [await accounts.use_step("a-1", step) for step in (8, 9, 10)] == [False, False, True]


def opened(key: str) -> Session:
    return session_of(account(), key=key, authority="bristol", factor="trust", browser="", at=AT)


async def test_whoever_signs_in_again_has_left_the_session_that_their_browser_was_in(
    inner: Database, sessions: SessionStore, accounts: AccountStore
) -> None:
    for token in ("former", "elsewhere", "new"):
        await sessions.add(opened(token), token_hash(token))
    stores = SimpleNamespace(sessions=sessions, accounts=accounts, limits=LimitStore(inner.collection("limits")))
    auth = cast("Auth", SimpleNamespace(secret=SECRET, stores=stores))
    await welcome(auth, account(), opened("new"), caller=Caller(session="former"), by="trust")
    left = [token for token in ("former", "elsewhere", "new") if await sessions.by_token(token_hash(token))]
    assert left == ["elsewhere", "new"]
