"""How a delivery ends, with a publisher that notes in place of the broker."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aio_pika.abc import AbstractIncomingMessage
from pymongo.errors import AutoReconnect

from chassis import clock, retry
from chassis.delivery import Delivery
from chassis.endings import Endings
from chassis.errors import TryLater
from chassis.messaging import Consumer, Subscription, lines
from chassis.middlewares import Bounded, Received
from chassis.outbox import Publisher
from contracts.council import DelegationRequested, DelegationRetracted
from contracts.tasks import TaskOpened
from tests.support.sealing import BODIES
from tests.support.security import SecurityLog

COUNCILS = ("bristol", "oxfordshire")
RETRACTED = b'{"authority": "bristol", "delegation_id": "d-1"}'


class Copies:
    """Notes what is published."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []

    async def publish(self, _: bytes, *, exchange: str, headers: dict[str, Any], **__: Any) -> None:
        self.sent.append((exchange, headers))


async def _never(*_: Any) -> None:
    """Not called."""


async def _ended(error: Exception, waited: timedelta) -> tuple[str, list[tuple[str, dict[str, Any]]]]:
    async def handle(_: Received) -> None:
        raise error

    delivery = Delivery(
        queue="tasks.retract-task.from.bristol",
        exchange="council.inbox",
        routing_key=f"bristol.{DelegationRetracted.wire_name}",
        message_id="m-1",
        type=DelegationRetracted.wire_name,
        user_id="bristol",
        correlation_id=None,
        headers={},
        body=RETRACTED,
        attempts=0,
        first_seen=clock.now() - waited,
    )
    raw = cast("AbstractIncomingMessage", SimpleNamespace())
    received = Received(raw, Subscription("tasks.retract-task", DelegationRetracted, _never), delivery)
    copies = Copies()
    work: Callable[[Received], Awaitable[None]] = partial(Bounded().around, handle)
    outcome = await Endings(cast("Publisher", copies), _never, BODIES).around(work, received)
    return outcome, copies.sent


async def test_what_waits_for_something_comes_again_and_that_is_no_attempt() -> None:
    outcome, [(exchange, headers)] = await _ended(TryLater(1, "on its way"), timedelta(hours=2))
    assert (outcome, exchange) == ("later", "portal.retry.1s")
    assert headers[retry.HEADER_ATTEMPTS] == 0


async def test_what_has_waited_as_long_as_a_failing_one_is_tried_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recorded = SecurityLog(monkeypatch)
    outcome, [(exchange, headers)] = await _ended(TryLater(1, "on its way"), timedelta(hours=3))
    assert (outcome, exchange) == ("refused", retry.DEAD_EXCHANGE)
    assert headers[retry.HEADER_CODE] == "gave_up"
    assert "on its way" in headers[retry.HEADER_REASON]
    assert recorded.outcomes("delivery.refused", code="gave_up", broker_user="bristol") == ["refused"]


async def test_an_outage_is_waited_for_however_long_it_takes() -> None:
    outcome, [(exchange, headers)] = await _ended(AutoReconnect("away"), timedelta(days=3))
    assert (outcome, exchange, headers[retry.HEADER_ATTEMPTS]) == ("later", "portal.retry.5s", 0)


@pytest.mark.parametrize("error", [KeyError("x"), RuntimeError()])
async def test_a_mistake_of_ours_is_an_attempt(error: Exception) -> None:
    outcome, [(exchange, headers)] = await _ended(error, timedelta())
    assert (outcome, exchange, headers[retry.HEADER_ATTEMPTS]) == ("retried", "portal.retry.1s", 1)


def test_each_council_has_a_connection_of_its_own_and_few_deliveries_in_work() -> None:
    opened = Subscription("tasks.open-task", DelegationRequested, _never)
    retracted = Subscription("tasks.retract-task", DelegationRetracted, _never)
    event = Subscription("forms.prepare", TaskOpened, _never)
    assert [set(line) for line in lines([opened, retracted, event], COUNCILS)] == [
        {"forms.prepare"},
        {"tasks.open-task.from.bristol", "tasks.retract-task.from.bristol"},
        {"tasks.open-task.from.oxfordshire", "tasks.retract-task.from.oxfordshire"},
    ]
    assert opened.at_once < event.at_once


class Slow:
    """A connection that opens a channel when it is told to, and notes where it was cut off."""

    def __init__(self) -> None:
        self.may_open = asyncio.Event()
        self.was_cut_off = False

    async def channel(self) -> "Slow":
        try:
            await self.may_open.wait()
        except asyncio.CancelledError:
            self.was_cut_off = True
            raise
        return self

    async def declare_queue(self, _: str, *, passive: bool) -> Any:
        assert passive
        return SimpleNamespace(declaration_result=SimpleNamespace(consumer_count=1))

    async def close(self) -> None:
        """Nothing to do."""


async def test_a_check_of_a_slow_broker_gives_up_and_lets_the_channel_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.messaging._CHECK_SECONDS", 0.01)
    consumer = Consumer(
        "amqp://tasks@localhost",
        service_name="tasks",
        subscriptions=[Subscription("tasks.retract-task", DelegationRetracted, _never)],
        authorities=COUNCILS,
        publisher=cast("Publisher", None),
        keep=cast("Any", None),
        bodies=BODIES,
        flushed=cast("Any", None),
        quarantine=cast("Any", None),
    )
    connection = Slow()
    consumer._connection = cast("Any", connection)
    for _ in range(2):
        with pytest.raises(TimeoutError):
            await consumer.check()
    connection.may_open.set()
    await consumer.check()
    assert not connection.was_cut_off
