"""How often a password may be tried: by whom, for whom, from where."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import cast

import pytest

from chassis.database import Database
from chassis.errors import TooMany
from contracts.api.auth import RegistrationDetails
from services.auth.model.account import Account
from services.auth.model.devices import LIFETIME, MOST, Caller, known_device, with_device
from services.auth.model.limits import Limit
from services.auth.store.limits import LimitStore
from services.auth.usecases.context import Auth
from services.auth.usecases.guessing import count_guess

SECRET = b"s" * 32
AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LIMIT = Limit(name="x", most=3, window=timedelta(minutes=5))


@pytest.fixture
async def limits(inner: Database) -> AsyncIterator[LimitStore]:
    collection = inner.collection("limits")
    yield LimitStore(collection)
    await collection.drop()


async def uses(limits: LimitStore, times: int, at: datetime = AT, key: str = "k") -> int:
    """How many of so many uses at once there were."""
    return sum(await asyncio.gather(*(limits.use(key, LIMIT, at) for _ in range(times))))


async def test_however_many_come_at_once_no_more_are_taken_than_the_limit_says(limits: LimitStore) -> None:
    assert await uses(limits, 12) == 3
    assert await uses(limits, 12, key="another") == 3


async def test_there_is_room_again_when_the_first_use_is_as_old_as_the_window(limits: LimitStore) -> None:
    for minute in range(3):
        assert await uses(limits, 1, AT + timedelta(minutes=minute)) == 1
    assert await uses(limits, 1, AT + timedelta(minutes=5) - timedelta(seconds=1)) == 0
    assert await uses(limits, 5, AT + timedelta(minutes=5)) == 1


async def test_a_use_that_is_given_back_can_be_taken_again(limits: LimitStore) -> None:
    await uses(limits, 3)
    await limits.give_back("k")
    assert await uses(limits, 3) == 1
    await limits.clear("k")
    assert await uses(limits, 4) == 3


def auth_with(limits: LimitStore) -> Auth:
    return cast("Auth", SimpleNamespace(secret=SECRET, stores=SimpleNamespace(limits=limits)))


async def guesses(auth: Auth, email: str, clients: list[str], device: str | None = None) -> int:
    """How many guesses, one from each of these networks, are looked at."""
    looked_at = 0
    for client in clients:
        try:
            await count_guess(auth, email, Caller(client=client), device, AT)
        except TooMany:
            continue
        looked_at += 1
    return looked_at


async def test_an_address_is_guessed_at_five_times_from_a_network_and_ten_from_everywhere(limits: LimitStore) -> None:
    auth = auth_with(limits)
    assert await guesses(auth, "a@x.example", ["one"] * 9) == 5
    assert await guesses(auth, "a@x.example", [f"n-{number}" for number in range(20)]) == 5


async def test_a_network_guesses_twenty_times_whatever_the_addresses(limits: LimitStore) -> None:
    auth = auth_with(limits)
    assert sum([await guesses(auth, f"{number}@x.example", ["one"]) for number in range(30)]) == 20


async def test_strangers_leave_the_browser_of_the_owner_its_ten_tries(limits: LimitStore) -> None:
    auth = auth_with(limits)
    await guesses(auth, "a@x.example", [f"n-{number}" for number in range(20)] + ["one"] * 30)
    assert await guesses(auth, "a@x.example", ["one"] * 15, device="d-1") == 10
    assert await guesses(auth, "a@x.example", ["one"] * 15, device="d-2") == 10


async def test_a_count_of_one_limit_is_none_of_another(limits: LimitStore) -> None:
    # One browser's device and one address by the same name: the counts still differ.
    auth = auth_with(limits)
    await guesses(auth, "same", [f"n-{number}" for number in range(10)])
    assert await guesses(auth, "same", ["n"], device="same") == 1


def account(account_id: str = "a-1", password_version: int = 1) -> Account:
    return Account(
        account_id=account_id,
        authority="bristol",
        email="a@x.example",
        email_key="a@x.example",
        password_hash="h",
        password_version=password_version,
        details=RegistrationDetails(forename="Sandra", surname="Example"),
        registered_at=AT,
    )


def test_a_browser_is_known_to_the_account_that_it_signed_in_and_to_no_other() -> None:
    held = with_device(SECRET, account(), "", AT)
    assert known_device(SECRET, account(), held, AT)
    assert known_device(SECRET, account("a-2"), held, AT) is None
    assert known_device(b"t" * 32, account(), held, AT) is None
    assert known_device(SECRET, account(), "x.y~" + held[:-1], AT) is None


def test_a_browser_is_one_device_however_often_it_signs_in_and_another_one_after_a_reset() -> None:
    held = with_device(SECRET, account(), "", AT)
    again = with_device(SECRET, account(), held, AT + timedelta(days=9))
    assert known_device(SECRET, account(), again, AT) == known_device(SECRET, account(), held, AT)
    assert known_device(SECRET, account(), again, AT + LIFETIME), "its half a year begins anew"
    changed = account(password_version=2)
    afterwards = known_device(SECRET, changed, with_device(SECRET, changed, held, AT), AT)
    assert afterwards
    assert afterwards not in held


def test_a_reset_and_half_a_year_make_a_browser_a_stranger() -> None:
    held = with_device(SECRET, account(), "", AT)
    assert known_device(SECRET, account(password_version=2), held, AT) is None
    assert known_device(SECRET, account(), held, AT + LIFETIME - timedelta(seconds=1))
    assert known_device(SECRET, account(), held, AT + LIFETIME) is None


def test_a_shared_browser_is_known_to_its_last_five_accounts() -> None:
    held = ""
    for number in range(MOST + 1):
        held = with_device(SECRET, account(f"a-{number}"), held, AT)
    known = [bool(known_device(SECRET, account(f"a-{number}"), held, AT)) for number in range(MOST + 1)]
    assert known == [False] + [True] * MOST
