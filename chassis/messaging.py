"""Consuming: a queue for each handler, read by FastStream; what happens around a handler stands in middlewares.py.

Publishing stands in chassis.outbox.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from itertools import cycle, islice
from typing import Any
from urllib.parse import unquote, urlsplit

from aio_pika.abc import AbstractIncomingMessage, AbstractRobustConnection
from faststream import AckPolicy
from faststream.opentelemetry import TelemetryMiddleware
from faststream.prometheus import PrometheusMiddleware
from faststream.rabbit import Channel, ExchangeType, RabbitBroker, RabbitExchange, RabbitQueue
from faststream.rabbit.utils import RabbitClientProperties

from chassis import loop, tracing, wire
from chassis.delivery import Delivery
from chassis.endings import Endings
from chassis.middlewares import METRICS, Answered, Bounded, Breakers, Checked, Gently, Middleware, Received
from chassis.outbox import RECONNECT_SECONDS, Keep, Publisher
from chassis.quarantine import Quarantine
from chassis.shared_keys import BodySeal
from chassis.subscription import COUNCIL_INBOX, UNKNOWN_EXCHANGE, Subscription, read, read_body
from contracts.base import Message
from contracts.registry import OPERATOR

__all__ = ["COUNCIL_INBOX", "UNKNOWN_EXCHANGE", "Consumer", "Delivery", "Subscription", "read_body"]

_GRACEFUL_SECONDS = 25
_CHECKED_AT_ONCE = 40
_CHECK_SECONDS = 1
_CHECK_AT_MOST_SECONDS = 30

Around = Middleware | PrometheusMiddleware[Any, Any] | TelemetryMiddleware[Any]
ReadDelivery = Callable[[AbstractIncomingMessage, str], Delivery]
"""A message as it came, and the queue that it was in."""
Line = dict[str, tuple[str, Subscription[Any, Any]]]
"""The queues that share a connection: what binds each, and who hears it."""


def _not_consuming(_: AbstractIncomingMessage, queue: str) -> Delivery:
    raise RuntimeError(f"nobody said how to read what comes in {queue}")


class Consumer:
    """Connections that only consume, and give every delivery one of the five ends."""

    def __init__(
        self,
        url: str,
        *,
        service_name: str,
        subscriptions: Sequence[Subscription[Any, Any]],
        authorities: Sequence[str],
        publisher: Publisher,
        keep: Keep,
        bodies: BodySeal,
        flushed: Callable[[], AbstractAsyncContextManager[None]],
        quarantine: Quarantine,
    ) -> None:
        wire.install()
        user = unquote(urlsplit(url).username or "guest")
        # Where one broker user serves all, it speaks for all: nothing tells their services apart.
        speaks_for_all = frozenset({OPERATOR} if user == service_name else {OPERATOR, user})
        self._url = url
        self._name = service_name
        self._read = partial(Delivery.of, trusted=frozenset({user, OPERATOR}), bodies=bodies)
        self._lines = [line for line in lines(subscriptions, authorities) if line]
        self._queues = [queue for line in self._lines for queue in line]
        self._to_check = cycle(self._queues)
        self._middlewares: list[Around] = [
            *tracing.around_messages(),
            Answered(service_name, speaks_for_all),
            Gently(flushed),
            Endings(publisher, keep, bodies),
            Breakers(),
            quarantine,
            METRICS,
            Checked(speaks_for_all),
            Bounded(),
        ]
        self._brokers: list[RabbitBroker] = []
        self._connection: AbstractRobustConnection | None = None
        self._checking: asyncio.Task[None] | None = None

    async def start(self, service: Any) -> None:
        """Connects and consumes; raises where the broker or a queue is not there."""
        try:
            for line in self._lines:
                broker = broker_of(self._url, self._name, line, service, self._read, self._middlewares)
                self._brokers.append(broker)
                await broker.start()
                self._connection = self._connection or await broker.connect()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Takes no more, and waits for what is under way."""
        brokers, self._brokers, self._connection = self._brokers, [], None
        await asyncio.gather(*(broker.stop() for broker in brokers))

    async def check(self) -> None:
        """A round trip: queues are there and somebody consumes them. The library's own ping looks at a flag only.

        Every queue where they are few, else some of them, in turn.
        """
        if self._connection is None:
            raise ConnectionError("not connected to the broker yet")
        # Not cut off: a channel that was half opened would cost the connection, and every consumer with it.
        if self._checking is None or self._checking.done():
            self._checking = asyncio.create_task(self._check(self._connection))
        finished, _ = await asyncio.wait({self._checking}, timeout=_CHECK_SECONDS)
        if not finished:
            raise TimeoutError("the broker does not answer")
        self._checking.result()

    async def _check(self, connection: AbstractRobustConnection) -> None:
        async with asyncio.timeout(_CHECK_AT_MOST_SECONDS):
            channel = await connection.channel()
            try:
                for name in islice(self._to_check, min(len(self._queues), _CHECKED_AT_ONCE)):
                    queue = await channel.declare_queue(name, passive=True)
                    if not queue.declaration_result.consumer_count:
                        raise ConnectionError(f"nobody consumes {name}")
            finally:
                await channel.close()


def broker_of(  # noqa: PLR0917 - one connection, all of it
    url: str,
    name: str,
    line: Line,
    service: Any = None,
    read_delivery: ReadDelivery = _not_consuming,
    middlewares: Sequence[Around] = (),
) -> RabbitBroker:
    """A connection's queues and their handlers, not started yet: what runs, and what AsyncAPI is made from.

    FastStream's injection of arguments stays off: it takes seven times as long as the rest of its way to a handler.
    """
    broker = RabbitBroker(
        url,
        ack_policy=AckPolicy.MANUAL,
        apply_types=False,
        graceful_timeout=_GRACEFUL_SECONDS,
        decoder=_decoded,
        middlewares=middlewares,
        logger=None,
        app_id=name,
        reconnect_interval=RECONNECT_SECONDS,
        client_properties=RabbitClientProperties(heartbeat=15, connection_timeout=5),
    )
    for queue, (key, subscription) in line.items():
        _subscribe(broker, RabbitQueue(queue, routing_key=key, declare=False), subscription, service, read_delivery)
    return broker


def _subscribe(
    broker: RabbitBroker,
    queue: RabbitQueue,
    subscription: Subscription[Any, Any],
    service: Any,
    read_delivery: ReadDelivery,
) -> None:
    async def parse(raw: AbstractIncomingMessage) -> Received:
        delivery = await loop.work(len(raw.body), read_delivery, raw, queue.name)
        return Received(raw, subscription, delivery)

    async def consume(message: Any) -> None:
        received: Received = broker.context.get_local("message")
        await subscription.handler(message, received.delivery, service)

    consume.__annotations__["message"] = subscription.message
    broker.subscriber(
        queue,
        RabbitExchange(subscription.exchange, type=ExchangeType.TOPIC, declare=False),
        channel=Channel(prefetch_count=subscription.at_once),
        parser=parse,
        no_reply=True,
        title=subscription.queue,
        description=" ".join((subscription.message.__doc__ or "").split()),
        include_in_schema=subscription.model is not None,
    )(consume)


async def _decoded(received: Received) -> Message | None:
    model = received.subscription.model
    return await read(model, received.body) if model else None


def lines(subscriptions: Sequence[Subscription[Any, Any]], authorities: Sequence[str]) -> Iterator[Line]:
    """The queues that share a connection: those where services speak, and those of each council.

    A connection is read in the order in which it was written: a small delivery waits behind every large one in it.
    """
    yield _line([each for each in subscriptions if not each.is_from_councils], [])
    for code in authorities:
        yield _line([each for each in subscriptions if each.is_from_councils], [code])


def _line(subscriptions: Sequence[Subscription[Any, Any]], authorities: Sequence[str]) -> Line:
    return {queue: (key, each) for each in subscriptions for queue, key in each.queues(authorities).items()}
