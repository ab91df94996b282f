"""What happens around every handler, each part as a FastStream middleware; chassis.messaging puts them in their order.

The ends of a delivery stand in chassis.endings, what keeps killing its process in chassis.quarantine.
"""

import asyncio
from abc import abstractmethod
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, Self, cast

import structlog
from aio_pika.abc import AbstractIncomingMessage
from faststream import BaseMiddleware
from faststream.message import StreamMessage
from faststream.prometheus import ConsumeAttrs, MetricsSettingsProvider, PrometheusMiddleware
from faststream.rabbit import RabbitMessage
from prometheus_client import REGISTRY

from chassis import context, failpoint, tracing
from chassis.breaker import Breaker
from chassis.delivery import Delivery
from chassis.errors import Refused, TryLater, refusing_unfit_data
from chassis.loop import LARGE
from chassis.subscription import Subscription
from chassis.telemetry import DELIVERIES, log

_PATIENCE_SECONDS = 10_000
"""How long a delivery may ask to come later: about as long as the retries of one that fails."""
_RELEASE_SECONDS = 1


class HandlerCancelled(Exception):  # noqa: N818 - says what happened
    """A handler ended as if it had been cancelled."""


class Received(RabbitMessage):
    """FastStream's message, with what we know of its way here and of who hears it."""

    def __init__(self, raw: AbstractIncomingMessage, subscription: Subscription[Any, Any], delivery: Delivery) -> None:
        super().__init__(
            raw,  # type: ignore[arg-type]  # the interface of what aio-pika hands out
            delivery.body,
            headers=dict(delivery.trace),
            message_id=delivery.message_id,
            correlation_id=delivery.correlation_id,
        )
        self.subscription = subscription
        self.delivery = delivery


Next = Callable[[Received], Awaitable[Any]]


class Middleware(BaseMiddleware[Any, Any]):
    """One object for all messages: what there is to know of one stands in it."""

    def __init__(self) -> None:
        """Takes nothing of a message: FastStream would make an object for each."""

    def __call__(self, _: Any, /, *, context: Any) -> Self:  # noqa: ARG002 - FastStream's own signature
        """For the next message."""
        return self

    async def consume_scope(self, call_next: Callable[[Any], Awaitable[Any]], msg: StreamMessage[Any]) -> Any:
        """As FastStream asks for it; our own parser made the message."""
        return await self.around(call_next, cast("Received", msg))

    @abstractmethod
    async def around(self, call_next: Next, msg: Received) -> Any:
        """What happens before and after the rest of the way to the handler."""


class Answered(Middleware):
    """Acknowledged when it has ended, however; given back where not even its end could be written down."""

    def __init__(self, service: str, speaks_for_all: Collection[str]) -> None:
        self._service = service
        self._speaks_for_all = speaks_for_all

    async def around(self, call_next: Next, msg: Received) -> None:
        """One delivery, in its context and counted."""
        delivery, subscription = msg.delivery, msg.subscription
        with (
            structlog.contextvars.bound_contextvars(queue=delivery.queue, message_id=delivery.message_id),
            context.entered(subscription.context_of(delivery, self._speaks_for_all)),
        ):
            try:
                outcome = await call_next(msg)
                failpoint.reached(self._service, "before-ack")
                await msg.ack()
            except asyncio.CancelledError:
                # The library would neither acknowledge nor give back: the delivery would be stuck.
                await msg.nack(requeue=True)
                raise
            except Exception as error:  # noqa: BLE001 - the copy could not be published: the broker keeps the original
                log.warning("delivery given back", error=repr(error))
                await asyncio.sleep(_RELEASE_SECONDS)
                await msg.nack(requeue=True)
                outcome = "released"
            DELIVERIES.labels(subscription.queue, outcome).inc()
            tracing.note(**{"portal.outcome": outcome})


class Gently(Middleware):
    """One large message of a queue at a time, since each takes many times its size; over when its events are sent."""

    def __init__(self, flushed: Callable[[], AbstractAsyncContextManager[None]]) -> None:
        self._flushed = flushed
        self._large = defaultdict[str, asyncio.Lock](asyncio.Lock)

    async def around(self, call_next: Next, msg: Received) -> Any:
        """One delivery."""
        turn = self._large[msg.delivery.queue] if len(msg.delivery.body) > LARGE else nullcontext()
        async with turn, self._flushed():
            return await call_next(msg)


class _QueueMetrics(MetricsSettingsProvider[Any, Any]):
    """Series by queue. FastStream's own are by routing key, of which a council can make as many as it likes."""

    messaging_system = "rabbitmq"

    def get_consume_attrs_from_message(self, msg: StreamMessage[Any]) -> ConsumeAttrs:
        """Labels and size of one delivery."""
        queue = cast("Received", msg).subscription.queue
        return {"destination_name": queue, "message_size": len(msg.body), "messages_count": 1}

    def get_publish_destination_name_from_cmd(self, cmd: Any) -> str:
        """Consumers publish nothing."""
        raise NotImplementedError(cmd)


METRICS = PrometheusMiddleware[Any, Any](
    settings_provider_factory=lambda _: _QueueMetrics(), registry=REGISTRY, metrics_prefix="portal"
)
"""How long handlers take, what they raise, how many are at work; one for the process, as the registry is."""


class Breakers(Middleware):
    """A circuit breaker for each queue."""

    def __init__(self) -> None:
        self._breakers = defaultdict[str, Breaker](Breaker)

    async def around(self, call_next: Next, msg: Received) -> None:
        """One delivery."""
        await self._breakers[msg.delivery.queue].run(lambda: call_next(msg))


class Checked(Middleware):
    """What its envelope and body say, before anybody works on it; refused where they cannot be read or believed."""

    def __init__(self, speaks_for_all: Collection[str]) -> None:
        self._speaks_for_all = speaks_for_all

    async def around(self, call_next: Next, msg: Received) -> None:
        """One delivery; FastStream keeps what is decoded for the handler."""
        msg.subscription.check_envelope(msg.delivery, self._speaks_for_all)
        if (message := await msg.decode()) is not None:
            context.narrow(message)
        await call_next(msg)


class Bounded(Middleware):
    """A handler has its time, and a delivery its patience; what a council's data cannot be used for is refused."""

    async def around(self, call_next: Next, msg: Received) -> None:
        """One delivery."""
        subscription, delivery = msg.subscription, msg.delivery
        try:
            async with asyncio.timeout(subscription.timeout_seconds):
                with nullcontext() if subscription.teller else refusing_unfit_data():
                    await call_next(msg)
        except TryLater as later:
            if delivery.waited_seconds > _PATIENCE_SECONDS:
                raise Refused("gave_up", f"Waited in vain: {later}.") from later
            raise
        except asyncio.CancelledError as error:
            if (task := asyncio.current_task()) and task.cancelling():
                raise
            # Nobody has cancelled this delivery: something inside gave up, and that is a failure as any other.
            raise HandlerCancelled from error
