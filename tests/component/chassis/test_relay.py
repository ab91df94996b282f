"""What the sweeper sends of what a crash or an outage left, on a real database."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, cast

import pytest

from chassis import clock
from chassis.database import Database
from chassis.outbox import Collection, Outgoing, Publisher
from chassis.relay import Relay
from tests.support.measures import Measures
from tests.support.sealing import BODIES


class Ledger:
    """Stands where the broker would: notes what is published, or is away."""

    service = "test"

    def __init__(self) -> None:
        self.told: Counter[str] = Counter()
        self.tried = 0
        self.is_away = False

    async def publish(self, _: bytes, *, message_id: str, **__: Any) -> None:
        self.tried += 1
        if self.is_away:
            raise ConnectionError("away")
        self.told[message_id] += 1


async def _keep(_: Any) -> None:
    """Copies are no matter here."""


@pytest.fixture
async def left(mongo_url: str, mongo_database: str) -> AsyncIterator[Collection]:
    """A collection for what a process left unsaid."""
    database = Database.open(mongo_url, mongo_database)
    yield database.collection("things")
    await database.collection("things").drop()
    database.close()


async def _leave(left: Collection, number: int) -> None:
    at = clock.now() - timedelta(minutes=1)
    entries = [
        Outgoing(event_id=f"e-{each}", exchange="x", routing_key="x", type="x", body="{}", at=at).as_document(BODIES)
        for each in range(number)
    ]
    await left.insert_many({"_id": entry["event_id"], "outbox": [entry]} for entry in entries)


async def _relay(ledger: Ledger, left: Collection) -> Relay:
    relay = Relay(cast("Publisher", ledger), _keep, BODIES)
    relay.watch(left)
    await relay.ensure_indexes(left)
    return relay


async def test_two_replicas_send_each_entry_once(left: Collection, measures: Measures) -> None:
    await _leave(left, 600)
    ledger = Ledger()
    first, second = await _relay(ledger, left), await _relay(ledger, left)
    await asyncio.gather(first.sweep(), second.sweep())
    await asyncio.gather(first.drain(10), second.drain(10))
    measures.report("C10", entries=600, replicas=2, sent=ledger.told.total(), entries_sent=len(ledger.told))
    assert ledger.told.total() == len(ledger.told) == 600
    assert await left.count_documents({"outbox.at": {"$exists": True}}) == 0


async def test_what_could_not_be_sent_a_moment_ago_is_not_tried_again_at_once(
    left: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = clock.unmoved()
    monkeypatch.setattr(clock, "unmoved", lambda: started)  # a busy machine sweeps for longer than a claim holds
    await _leave(left, 900)
    ledger = Ledger()
    ledger.is_away = True
    relay = await _relay(ledger, left)
    for _ in range(3):
        await relay.sweep()
    await relay.drain(5)
    assert ledger.tried == 900


async def test_an_entry_that_could_not_be_sent_is_sent_when_its_time_has_come(left: Collection) -> None:
    await _leave(left, 3)
    ledger = Ledger()
    ledger.is_away = True
    relay = await _relay(ledger, left)
    await relay.sweep()
    await relay.drain(5)
    ledger.is_away = False
    await left.update_many({}, {"$set": {"sweep.until": clock.now()}})
    await relay.sweep()
    await relay.drain(5)
    assert ledger.told.keys() == {"e-0", "e-1", "e-2"}


async def test_a_claim_ends_though_a_test_has_moved_the_clock_back(
    left: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _leave(left, 3)
    ledger = Ledger()
    ledger.is_away = True
    relay = await _relay(ledger, left)
    in_a_month, later = clock.now() + timedelta(days=31), clock.unmoved() + timedelta(minutes=3)
    with monkeypatch.context() as moved:
        moved.setattr(clock, "now", lambda: in_a_month)
        await relay.sweep()
    await relay.drain(5)
    ledger.is_away = False
    monkeypatch.setattr(clock, "unmoved", lambda: later)
    await relay.sweep()
    await relay.drain(5)
    assert ledger.told.keys() == {"e-0", "e-1", "e-2"}
