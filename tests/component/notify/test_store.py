"""What is due goes to one taker, the urgent first; what is held by somebody goes to nobody else."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from chassis import clock
from chassis.database import Database
from chassis.errors import AlreadyHandled
from chassis.outbox import Publisher
from chassis.relay import Relay
from contracts.base import Contact
from services.notify.model import EmailDelivery
from services.notify.store import DeliveryStore
from services.notify.store.waiting import WaitingStore
from tests.component.notify.harness import Notify, address
from tests.support.sealing import BODIES, NO_COUNCIL_KEYS, event_log, key_ring

AT = clock.now()
LATER = AT + timedelta(seconds=20)


@pytest.fixture
async def store(stopped: Notify) -> AsyncIterator[DeliveryStore]:
    settings = stopped.settings
    database = Database.open(settings.mongo_url.get_secret_value(), settings.mongo_database)
    publisher = Publisher(
        settings.amqp_url.get_secret_value(), user="notify", service="notify", councils=NO_COUNCIL_KEYS
    )
    relay = Relay(publisher, event_log(database).append, BODIES)
    store = DeliveryStore(database.outbox_collection("deliveries", relay), key_ring(database))
    await store.open()
    yield store
    database.close()


def delivery(name: str, *, is_urgent: bool = False) -> EmailDelivery:
    return EmailDelivery(
        delivery_id=name,
        authority="bristol",
        purpose="sign_in" if is_urgent else "delegation",
        person=Contact(email=address()),
        values={"due_on": "21-Sep-2021"},
        created_at=AT,
        expires_at=AT + timedelta(minutes=10) if is_urgent else None,
    )


async def test_takers_at_the_same_time_share_what_is_due(store: DeliveryStore) -> None:
    await asyncio.gather(*(store.add(delivery(f"number {number}"), next_at=AT) for number in range(60)))
    takers = await asyncio.gather(*(store.claim_due(20, at=AT, until=LATER) for _ in range(6)))
    takers += [await store.claim_due(20, at=AT, until=LATER) for _ in range(6)]
    taken = [one.delivery_id for taker in takers for one in taker]
    assert len(taken) == len(set(taken)) == 60


async def test_what_somebody_holds_is_due_again_only_when_the_time_is_over_or_it_is_given_back(
    store: DeliveryStore,
) -> None:
    await store.add(delivery("held"), next_at=LATER)
    assert await store.claim_due(20, at=AT, until=LATER) == []
    await store.release(["held"], at=AT)
    assert len(await store.claim_due(20, at=AT, until=LATER)) == 1
    assert await store.claim_due(20, at=AT, until=LATER) == []
    assert len(await store.claim_due(20, at=LATER, until=LATER + timedelta(seconds=20))) == 1


async def test_the_urgent_come_first(store: DeliveryStore) -> None:
    for number in range(5):
        await store.add(delivery(f"number {number}"), next_at=AT - timedelta(hours=1))
    await store.add(delivery("code", is_urgent=True), next_at=AT)
    assert [one.delivery_id for one in await store.claim_due(1, at=AT, until=LATER)] == ["code"]


async def test_what_was_sent_is_never_due_again_and_cannot_be_owed_again(store: DeliveryStore) -> None:
    await store.add(delivery("one"), next_at=AT)
    await store.mark_sent("one")
    await store.release(["one"], at=AT)
    await store.postpone(delivery("one"), until=AT)
    assert await store.claim_due(20, at=LATER, until=LATER) == []
    with pytest.raises(AlreadyHandled):
        await store.add(delivery("one"), next_at=AT)


async def test_what_is_withdrawn_is_not_sent_whichever_is_heard_first(store: DeliveryStore) -> None:
    await store.add(delivery("before"), next_at=AT)
    await store.withdraw("before", at=AT)
    await store.withdraw("after", at=AT)
    with pytest.raises(AlreadyHandled):
        await store.add(delivery("after"), next_at=AT)
    assert await store.claim_due(20, at=LATER, until=LATER) == []


async def test_what_waited_until_its_key_was_forgotten_keeps_back_nothing_else(store: DeliveryStore) -> None:
    waiting = WaitingStore(store._documents, store._keys)
    for days in (0, 9):
        until = AT + timedelta(days=days)
        waits = {"account_id": "a-1", "waits_until": until}
        await store.add(delivery(f"{days} days").model_copy(update=waits), next_at=until)
    await store._keys.prepare()
    await store.forget_keys(["bristol"], AT + timedelta(days=5))
    found = await waiting.of("bristol", "a-1", AT + timedelta(days=9), 20)
    assert [one.delivery_id for one in found] == ["9 days"]
    assert await waiting.account_of("bristol", "0 days") is None
    assert await store.claim_due(20, at=AT + timedelta(days=9), until=LATER) == []
