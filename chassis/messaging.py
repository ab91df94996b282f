"""Consuming: one queue per handler, and the five ways a delivery can end. Publishing stands in chassis.outbox."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from itertools import cycle, islice
from typing import Any
from urllib.parse import unquote, urlsplit

import structlog
from aio_pika.abc import AbstractRobustConnection
from faststream import AckPolicy
from faststream.rabbit import Channel, RabbitBroker, RabbitQueue
from faststream.rabbit.annotations import RabbitMessage
from faststream.rabbit.utils import RabbitClientProperties

from chassis import context, failpoint, wire
from chassis.breaker import Breaker
from chassis.delivery import Delivery
from chassis.endings import Endings
from chassis.errors import DATABASE_AWAY, AlreadyHandled, Refused, TryLater, refusing_unfit_data
from chassis.loop import LARGE
from chassis.outbox import RECONNECT_SECONDS, Keep, Publisher
from chassis.quarantine import Quarantine, is_suspect
from chassis.subscription import COUNCIL_INBOX, UNKNOWN_EXCHANGE, Subscription, read, read_body
from chassis.telemetry import DELIVERIES, log
from contracts.registry import OPERATOR

__all__ = ["COUNCIL_INBOX", "UNKNOWN_EXCHANGE", "Consumer", "Delivery", "Subscription", "read_body"]

_GRACEFUL_SECONDS = 25
_AWAY_SECONDS = 5
_CHECKED_AT_ONCE = 40
_PATIENCE_SECONDS = 10_000
"""How long a delivery may ask to come later: about as long as the retries of one that fails."""


class HandlerCancelled(Exception):  # noqa: N818 - says what happened
    """A handler ended as if it had been cancelled."""


class Consumer:
    """Connections that only consume, and give every delivery one of the five ends."""

    def __init__(
        self,
        url: str,
        *,
        service_name: str,
        subscriptions: Sequence[Subscription],
        authorities: Sequence[str],
        publisher: Publisher,
        keep: Keep,
        flushed: Callable[[], AbstractAsyncContextManager[None]],
        quarantine: Quarantine,
    ) -> None:
        wire.install()
        self._url = url
        self._name = service_name
        self._lines = [line for line in _lines(subscriptions, authorities) if line]
        self._queues = {queue: each for line in self._lines for queue, each in line.items()}
        self._to_check = cycle(self._queues)
        self._endings = Endings(publisher, keep)
        user = unquote(urlsplit(url).username or "guest")
        self._trusted = frozenset({user, OPERATOR})
        # Where one broker user serves all, it speaks for all: nothing tells their services apart.
        self._speaks_for_all = frozenset({OPERATOR} if user == service_name else {OPERATOR, user})
        self._brokers: list[RabbitBroker] = []
        self._connection: AbstractRobustConnection | None = None
        self._service: Any = None
        self._breakers = {queue: Breaker() for queue in self._queues}
        # One large message of a queue at a time: each takes many times its size, and the database with it.
        self._large = {queue: asyncio.Lock() for queue in self._queues}
        self._flushed = flushed
        self._quarantine = quarantine

    async def start(self, service: Any) -> None:
        """Connects and consumes; raises where the broker or a queue is not there."""
        self._service = service
        try:
            for line in self._lines:
                await self._open(line)
        except BaseException:
            await self.stop()
            raise

    async def _open(self, line: Mapping[str, Subscription]) -> None:
        broker = RabbitBroker(
            self._url,
            ack_policy=AckPolicy.MANUAL,
            graceful_timeout=_GRACEFUL_SECONDS,
            decoder=_undecoded,
            logger=None,
            app_id=self._name,
            reconnect_interval=RECONNECT_SECONDS,
            client_properties=RabbitClientProperties(heartbeat=15, connection_timeout=5),
        )
        self._brokers.append(broker)
        for queue, subscription in line.items():
            self._subscribe(broker, queue, subscription)
        await broker.start()
        self._connection = self._connection or await broker.connect()

    def _subscribe(self, broker: RabbitBroker, queue: str, subscription: Subscription) -> None:
        subscriber = broker.subscriber(
            RabbitQueue(queue, declare=False),
            channel=Channel(prefetch_count=subscription.at_once),
            no_reply=True,
        )

        @subscriber
        async def consume(message: RabbitMessage) -> None:
            await self._consume(queue, subscription, message)

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
        async with asyncio.timeout(1):
            channel = await self._connection.channel()
            try:
                for name in islice(self._to_check, min(len(self._queues), _CHECKED_AT_ONCE)):
                    queue = await channel.declare_queue(name, passive=True)
                    if not queue.declaration_result.consumer_count:
                        raise ConnectionError(f"nobody consumes {name}")
            finally:
                await channel.close()

    async def _consume(self, queue: str, subscription: Subscription, message: RabbitMessage) -> None:
        delivery = Delivery.of(message.raw_message, queue, self._trusted)
        with (
            structlog.contextvars.bound_contextvars(queue=delivery.queue, message_id=delivery.message_id),
            context.entered(subscription.context_of(delivery, self._speaks_for_all)),
        ):
            try:
                async with self._large[queue] if len(delivery.body) > LARGE else nullcontext(), self._flushed():
                    outcome = await self._end(subscription, delivery)
                failpoint.reached(self._name, "before-ack")
                await message.ack()
            except asyncio.CancelledError:
                # The client library would neither acknowledge nor give back: the delivery would be stuck.
                await message.nack(requeue=True)
                raise
            except Exception as error:  # noqa: BLE001 - the copy could not be published: the broker keeps the original
                log.warning("delivery given back", error=repr(error))
                await asyncio.sleep(1)
                await message.nack(requeue=True)
                outcome = "released"
            DELIVERIES.labels(subscription.queue, outcome).inc()

    async def _end(self, subscription: Subscription, delivery: Delivery) -> str:
        try:
            await self._breakers[delivery.queue].run(lambda: self._try(subscription, delivery))
        except AlreadyHandled:
            return "repeated"
        except TryLater as later:
            log.info("later", why=str(later))
            await self._endings.later(delivery, later.after)
            return "later"
        except Refused as refused:
            await self._endings.refuse(subscription, delivery, refused)
            return "refused"
        except DATABASE_AWAY as error:
            log.warning("database away", error=repr(error))
            await self._endings.later(delivery, _AWAY_SECONDS)
            return "later"
        except Exception as error:  # noqa: BLE001 - a bug or an unknown fault: retried by policy, then dead
            log.error("failed", attempt=delivery.attempts + 1, exc_info=error)
            return await self._endings.fail(subscription, delivery, error)
        return "done"

    async def _try(self, subscription: Subscription, delivery: Delivery) -> None:
        if is_suspect(delivery):
            await self._quarantine.attempt_alone(delivery, lambda: self._handle(subscription, delivery))
        else:
            await self._handle(subscription, delivery)

    async def _handle(self, subscription: Subscription, delivery: Delivery) -> None:
        subscription.check_envelope(delivery, self._speaks_for_all)
        message = await read(subscription.message, delivery.body) if subscription.message else None
        if message is not None:
            context.narrow(message)
        try:
            async with asyncio.timeout(subscription.timeout_seconds):
                with nullcontext() if subscription.teller else refusing_unfit_data():
                    await subscription.handler(message, delivery, self._service)
        except TryLater as later:
            if delivery.waited_seconds > _PATIENCE_SECONDS:
                raise Refused("gave_up", f"Waited in vain: {later}.") from later
            raise
        except asyncio.CancelledError as error:
            if (task := asyncio.current_task()) and task.cancelling():
                raise
            # Nobody has cancelled this delivery: something inside gave up, and that is a failure as any other.
            raise HandlerCancelled from error


async def _undecoded(_: Any) -> bytes:
    """The body is read by `read_body`, where a fault has a name; the framework must not try first."""
    return b""


def _lines(subscriptions: Sequence[Subscription], authorities: Sequence[str]) -> Iterator[dict[str, Subscription]]:
    """The queues that share a connection: those where services speak, and those of each council.

    A connection is read in the order in which it was written: a small delivery waits behind every large one in it.
    """
    yield {each.queue: each for each in subscriptions if not each.is_from_councils}
    for code in authorities:
        yield {queue: each for each in subscriptions if each.is_from_councils for queue in each.queues([code])}
