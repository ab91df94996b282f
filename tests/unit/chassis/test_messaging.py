"""How a delivery ends, with a publisher that notes in place of the broker."""

from datetime import timedelta
from typing import Any, cast

import pytest
from pymongo.errors import AutoReconnect

from chassis import clock, retry
from chassis.delivery import Delivery
from chassis.errors import TryLater
from chassis.messaging import Consumer, Subscription, _lines
from chassis.outbox import Publisher
from chassis.quarantine import Quarantine
from contracts.council import DelegationRequested, DelegationRetracted
from contracts.tasks import TaskOpened

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


def _raising(error: Exception) -> Subscription:
    async def handle(*_: Any) -> None:
        raise error

    return Subscription("tasks.retract-task", DelegationRetracted, handle)


async def _ended(error: Exception, waited: timedelta) -> tuple[str, list[tuple[str, dict[str, Any]]]]:
    subscription, copies = _raising(error), Copies()
    consumer = Consumer(
        "amqp://tasks:x@127.0.0.1",
        service_name="tasks",
        subscriptions=[subscription],
        authorities=COUNCILS,
        publisher=cast("Publisher", copies),
        keep=_never,
        flushed=cast("Any", None),
        quarantine=cast("Quarantine", None),
    )
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
    return await consumer._end(subscription, delivery), copies.sent


async def test_what_waits_for_something_comes_again_and_that_is_no_attempt() -> None:
    outcome, [(exchange, headers)] = await _ended(TryLater(1, "on its way"), timedelta(hours=2))
    assert (outcome, exchange) == ("later", "portal.retry.1s")
    assert headers[retry.HEADER_ATTEMPTS] == 0


async def test_what_has_waited_as_long_as_a_failing_one_is_tried_is_given_up() -> None:
    outcome, [(exchange, headers)] = await _ended(TryLater(1, "on its way"), timedelta(hours=3))
    assert (outcome, exchange) == ("refused", retry.DEAD_EXCHANGE)
    assert headers[retry.HEADER_CODE] == "gave_up"
    assert "on its way" in headers[retry.HEADER_REASON]


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
    assert [set(line) for line in _lines([opened, retracted, event], COUNCILS)] == [
        {"forms.prepare"},
        {"tasks.open-task.from.bristol", "tasks.retract-task.from.bristol"},
        {"tasks.open-task.from.oxfordshire", "tasks.retract-task.from.oxfordshire"},
    ]
    assert opened.at_once < event.at_once
