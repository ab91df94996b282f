"""A calendar address is changed from what was read alone: what its owner is told is what has come to be."""

from typing import cast

from chassis.database import Database, OutboxCollection
from chassis.relay import Relay
from services.auth.model.account import Account, CalendarFeed
from services.auth.store.accounts import AccountStore
from tests.unit.auth.test_trusts import AT, account
from tests.unit.chassis.test_repository import NobodyListens


def feed(token_hash: str) -> CalendarFeed:
    return CalendarFeed(token_hash=token_hash, made_at=AT)


async def kept(store: AccountStore) -> Account:
    found = await store.get("a-1")
    assert found
    return found


async def test_of_two_that_have_read_the_same_one_changes_it(inner: Database) -> None:
    relay = cast("Relay", NobodyListens())
    store = AccountStore(OutboxCollection(inner.collection("accounts"), relay))
    assert await store.add(account(), [])
    before = await kept(store)
    assert await store.set_calendar(before, feed("one"), [])
    assert not await store.set_calendar(before, feed("other"), [])
    made = await kept(store)
    assert await store.set_calendar(made, feed("renewed"), [])
    assert not await store.set_calendar(made, None, []), "it would end another one than was read"
    renewed = await kept(store)
    assert renewed.calendar == feed("renewed")
    assert await store.set_calendar(renewed, None, [])
    assert not await store.set_calendar(renewed, None, []), "it has ended"
    assert await store.set_calendar(await kept(store), feed("again"), [])
