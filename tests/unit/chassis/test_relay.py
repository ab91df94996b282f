import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
import structlog
from structlog.testing import capture_logs

from chassis import clock, relay
from chassis.outbox import Collection, Outgoing, Publisher
from chassis.relay import Relay
from tests.support.sealing import BODIES

THINGS = cast("Collection", SimpleNamespace(name="things"))


class Broker:
    """Confirms what the test lets it."""

    service = "test"

    def __init__(self) -> None:
        self.confirms: dict[str, asyncio.Event] = {}
        self.is_away = False

    async def publish(self, _: bytes, *, message_id: str, **__: Any) -> None:
        if self.is_away:
            raise ConnectionError("nobody listens")
        await self.confirms[message_id].wait()


def _offer(relay: Relay, broker: Broker, name: str, number: int = 1) -> None:
    for each in range(number):
        event_id = f"{name}-{each}"
        broker.confirms[event_id] = asyncio.Event()
        event = Outgoing(event_id=event_id, exchange="x", routing_key="x", type="x", body="{}", at=clock.now())
        relay.offer(THINGS, event_id, relay.entries([event]))


async def _keep(_: Any) -> None:
    """Copies are no matter here."""


async def _delivery(relay: Relay, broker: Broker, name: str, number: int) -> None:
    async with relay.flushed():
        _offer(relay, broker, name, number)


async def test_a_delivery_ends_when_its_own_events_are_told_whatever_others_have_to_tell() -> None:
    broker = Broker()
    own = Relay(cast("Publisher", broker), _keep, BODIES)
    flood = asyncio.create_task(_delivery(own, broker, "flood", 40))
    other = asyncio.create_task(_delivery(own, broker, "other", 1))
    await asyncio.sleep(0)
    broker.confirms["other-0"].set()
    await asyncio.wait({other})
    assert not flood.done()
    for confirmed in broker.confirms.values():
        confirmed.set()
    await flood


async def test_what_was_offered_elsewhere_is_waited_for_by_nobody() -> None:
    broker = Broker()
    own = Relay(cast("Publisher", broker), _keep, BODIES)
    _offer(own, broker, "elsewhere")
    async with own.flushed():
        pass
    assert not broker.confirms["elsewhere-0"].is_set()
    broker.confirms["elsewhere-0"].set()


async def test_a_broker_that_is_away_is_logged_with_what_it_said(monkeypatch: pytest.MonkeyPatch) -> None:
    broker = Broker()
    broker.is_away = True
    with capture_logs() as lines:
        monkeypatch.setattr(relay, "log", structlog.get_logger())
        await _delivery(Relay(cast("Publisher", broker), _keep, BODIES), broker, "x", 1)
    assert [line["error"] for line in lines] == ["ConnectionError('nobody listens')"]
