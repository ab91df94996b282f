"""Consuming: one queue per handler, and the five ways a delivery can end. Publishing stands in chassis.outbox."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

import structlog
from aio_pika.abc import AbstractRobustConnection
from faststream import AckPolicy
from faststream.rabbit import Channel, RabbitBroker, RabbitQueue
from faststream.rabbit.annotations import RabbitMessage
from faststream.rabbit.utils import RabbitClientProperties
from pydantic import ValidationError
from pymongo.errors import ConnectionFailure, ExecutionTimeout, WTimeoutError

from chassis import failpoint, retry, strictjson
from chassis.breaker import Breaker
from chassis.delivery import Delivery
from chassis.dock import Dock, is_suspect
from chassis.errors import AlreadyHandled, Refused, TryLater
from chassis.outbox import EVENTS_EXCHANGE, RECONNECT_SECONDS, Keep, Outgoing, Publisher
from chassis.retry import DEFAULT_RETRY, Retry
from chassis.telemetry import DELIVERIES, log
from contracts.base import CouncilMessage, Message

__all__ = ["COUNCIL_INBOX", "OPERATOR", "UNKNOWN_EXCHANGE", "Consumer", "Delivery", "Subscription", "read_body"]

COUNCIL_INBOX = "council.inbox"
UNKNOWN_EXCHANGE = "council.unknown"
"""Where the broker sends what a council published under a name that no queue is bound to."""

OPERATOR = "portal-operator"
"""The broker user that replays dead letters."""

_GRACEFUL_SECONDS = 25
_DOWN = (ConnectionFailure, ExecutionTimeout, WTimeoutError)


Told = TypeVar("Told", bound=Message)
Handler = Callable[[Any, Delivery, Any], Awaitable[None]]
Refusal = Callable[[Delivery, Refused], Outgoing | None]


@dataclass(frozen=True, slots=True)
class Subscription:
    """What one handler hears: `handler(message, delivery, service)`.

    `message` None means the body is not read (the handler gets None). `refusal` answers a refused delivery.
    """

    queue: str
    message: type[Message] | None
    handler: Handler
    retry: Retry = DEFAULT_RETRY
    prefetch: int = 32
    timeout_seconds: float = 20
    refusal: Refusal | None = None

    @property
    def exchange(self) -> str:
        """Where the queue is bound."""
        if self.message is None:
            return UNKNOWN_EXCHANGE
        return COUNCIL_INBOX if issubclass(self.message, CouncilMessage) else EVENTS_EXCHANGE

    @property
    def binding_key(self) -> str:
        """What the queue is bound by."""
        if self.message is None:
            return "#"
        return f"*.{self.message.wire_name}" if issubclass(self.message, CouncilMessage) else self.message.wire_name


def read_body(model: type[Told], body: bytes) -> Told:
    """The body as its model; Refused says what is wrong and, by JSON pointer, where."""
    data = strictjson.read(body)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise Refused("invalid", first["msg"], field=_pointer(first["loc"], data)) from error


def _pointer(location: Sequence[int | str], data: Any) -> str:
    """The JSON pointer of a fault; pydantic puts a union's tag into its location, which the document does not have."""
    parts: list[str] = []
    for index, step in enumerate(location):
        is_last = index == len(location) - 1
        inside = isinstance(data, dict) and step in data
        if isinstance(data, list) and isinstance(step, int):
            inside = step < len(data)
        if not inside and not is_last:
            continue
        parts.append(str(step).replace("~", "~0").replace("/", "~1"))
        data = data[step] if inside else None
    return "/" + "/".join(parts)


class HandlerCancelled(Exception):  # noqa: N818 - says what happened
    """A handler ended as if it had been cancelled."""


class Consumer:
    """A connection that only consumes, and gives every delivery one of the five ends."""

    def __init__(
        self,
        url: str,
        *,
        service_name: str,
        subscriptions: Sequence[Subscription],
        publisher: Publisher,
        keep: Keep,
        dock: Dock,
    ) -> None:
        self._url = url
        self._name = service_name
        self._subscriptions = subscriptions
        self._publisher = publisher
        user = unquote(urlsplit(url).username or "guest")
        self._trusted = frozenset({user, OPERATOR})
        self._broker: RabbitBroker | None = None
        self._connection: AbstractRobustConnection | None = None
        self._service: Any = None
        self._breakers = {subscription.queue: Breaker() for subscription in subscriptions}
        self._dock = dock
        self._keep = keep

    async def start(self, service: Any) -> None:
        """Connects and consumes; raises where the broker or a queue is not there."""
        self._service = service
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
        for subscription in self._subscriptions:
            self._subscribe(broker, subscription)
        try:
            await broker.start()
        except BaseException:
            await broker.stop()
            raise
        self._broker = broker
        self._connection = await broker.connect()

    def _subscribe(self, broker: RabbitBroker, subscription: Subscription) -> None:
        subscriber = broker.subscriber(
            RabbitQueue(subscription.queue, declare=False),
            channel=Channel(prefetch_count=subscription.prefetch),
            no_reply=True,
        )

        @subscriber
        async def consume(message: RabbitMessage) -> None:
            await self._consume(subscription, message)

    async def stop(self) -> None:
        """Takes no more, and waits for what is under way."""
        if self._broker is not None:
            await self._broker.stop()
            self._broker = None

    async def check(self) -> None:
        """A round trip: every queue is there and somebody consumes it. The library's own ping looks at a flag only."""
        if self._connection is None:
            raise ConnectionError("not connected to the broker yet")
        async with asyncio.timeout(1):
            channel = await self._connection.channel()
            try:
                for subscription in self._subscriptions:
                    queue = await channel.declare_queue(subscription.queue, passive=True)
                    if not queue.declaration_result.consumer_count:
                        raise ConnectionError(f"nobody consumes {subscription.queue}")
            finally:
                await channel.close()

    async def _consume(self, subscription: Subscription, message: RabbitMessage) -> None:
        delivery = Delivery.of(message.raw_message, subscription.queue, self._trusted)
        with structlog.contextvars.bound_contextvars(queue=delivery.queue, message_id=delivery.message_id):
            try:
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
            DELIVERIES.labels(delivery.queue, outcome).inc()

    async def _end(self, subscription: Subscription, delivery: Delivery) -> str:
        try:
            await self._breakers[subscription.queue].run(lambda: self._try(subscription, delivery))
        except AlreadyHandled:
            return "repeated"
        except TryLater as later:
            log.info("later", why=str(later))
            await self._again(delivery, retry.at_least(later.after), delivery.attempts)
            return "later"
        except Refused as refused:
            log.warning("refused", code=refused.code, field=refused.field)
            await self._refuse(subscription, delivery, refused)
            return "refused"
        except _DOWN as error:
            log.warning("database away", error=type(error).__name__)
            await self._again(delivery, retry.at_least(5), delivery.attempts)
            return "later"
        except Exception as error:  # noqa: BLE001 - a bug or an unknown fault: retried by policy, then dead
            log.error("failed", attempt=delivery.attempts + 1, exc_info=error)
            return await self._fail(subscription, delivery, error)
        return "done"

    async def _try(self, subscription: Subscription, delivery: Delivery) -> None:
        if is_suspect(delivery):
            await self._dock.try_alone(delivery, lambda: self._handle(subscription, delivery))
        else:
            await self._handle(subscription, delivery)

    async def _handle(self, subscription: Subscription, delivery: Delivery) -> None:
        message = read_body(subscription.message, delivery.body) if subscription.message else None
        try:
            async with asyncio.timeout(subscription.timeout_seconds):
                await subscription.handler(message, delivery, self._service)
        except asyncio.CancelledError as error:
            if (task := asyncio.current_task()) and task.cancelling():
                raise
            # Nobody has cancelled this delivery: something inside gave up, and that is a failure as any other.
            raise HandlerCancelled from error

    async def _refuse(self, subscription: Subscription, delivery: Delivery, refused: Refused) -> None:
        answer = subscription.refusal(delivery, refused) if subscription.refusal else None
        if answer is not None:
            await self._publisher.publish(
                answer.body.encode(),
                exchange=answer.exchange,
                routing_key=answer.routing_key,
                message_id=answer.event_id,
                type=answer.type,
                correlation_id=delivery.message_id,
            )
            await self._keep([answer.as_document()])
        where = f" ({refused.field})" if refused.field else ""
        await self._bury(delivery, refused.code, f"{refused.detail}{where}")

    async def _fail(self, subscription: Subscription, delivery: Delivery, error: Exception) -> str:
        attempts = delivery.attempts + 1
        delay = subscription.retry.delay_after(attempts)
        if delay is None:
            await self._bury(delivery, "failed", type(error).__name__, attempts)
            return "dead"
        await self._again(delivery, delay, attempts)
        return "retried"

    async def _again(self, delivery: Delivery, seconds: int, attempts: int) -> None:
        headers = delivery.carried_headers({retry.HEADER_ATTEMPTS: attempts})
        await self._copy(delivery, retry.retry_queue(seconds), headers)

    async def _bury(self, delivery: Delivery, code: str, reason: str, attempts: int | None = None) -> None:
        headers = delivery.carried_headers(
            {
                retry.HEADER_ATTEMPTS: delivery.attempts + 1 if attempts is None else attempts,
                retry.HEADER_CODE: code,
                retry.HEADER_REASON: reason[:500],
                retry.HEADER_QUEUE: delivery.queue,
            }
        )
        await self._copy(delivery, retry.DEAD_EXCHANGE, headers)

    async def _copy(self, delivery: Delivery, exchange: str, headers: Mapping[str, Any]) -> None:
        await self._publisher.publish(
            delivery.body,
            exchange=exchange,
            routing_key=delivery.queue,
            message_id=delivery.message_id,
            type=delivery.type,
            headers=headers,
            correlation_id=delivery.correlation_id,
        )


async def _undecoded(_: Any) -> bytes:
    """The body is read by `read_message`, where a fault has a name; the framework must not try first."""
    return b""
