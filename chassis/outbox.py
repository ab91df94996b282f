"""What is told: an event as it stands in its document's outbox, and the one connection that publishes.

When it is published is the business of chassis.relay. Consuming stands in chassis.messaging.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID, uuid5

from faststream.rabbit import Channel, RabbitBroker
from faststream.rabbit.utils import RabbitClientProperties
from motor.motor_asyncio import AsyncIOMotorCollection

from chassis import clock, context, tracing
from chassis.loop import LARGE
from chassis.shared_keys import BodySeal, CouncilSeal, is_sealed
from chassis.telemetry import PUBLISHED
from contracts.base import Message, PortalMessage
from contracts.catalogue import CATALOGUE

Collection: TypeAlias = "AsyncIOMotorCollection[dict[str, Any]]"

Entry: TypeAlias = dict[str, Any]
"""An event as it stands in an outbox."""
Keep = Callable[[Sequence[Entry]], Awaitable[None]]
"""Takes copies of confirmed entries."""

EVENTS_EXCHANGE = "portal.events"
COUNCIL_OUTBOX = "council.outbox"
_NAMESPACE = UUID("6f0f7c2e-54c1-4b0e-9f0e-0d6a2b1f3c55")
RECONNECT_SECONDS = 1  # the library would wait for five
_PUBLISH_SECONDS = 5


def derived_id(*cause: str) -> str:
    """An id that follows from its cause: the same fact told twice has the same id."""
    return str(uuid5(_NAMESPACE, "\x1f".join(cause)))


def task_id_of(authority: str, delegation_id: str) -> str:
    """A delegation's task has an id that follows from it: the same delegation twice is one task, in every service."""
    return derived_id("task", authority, delegation_id)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An event on its way: envelope and body, ready to publish."""

    event_id: str
    exchange: str
    routing_key: str
    type: str
    body: str
    at: datetime
    correlation_id: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    is_secret: bool = False
    authority: str = ""
    """Whose key seals it; empty where it is nobody's, as a form that comes with the portal."""
    delegation_id: str = ""
    """What it is about, so that copies go with it; empty where it is about something else."""

    def as_document(self, bodies: BodySeal) -> Entry:
        """As it stands in its aggregate's `outbox`: sealed."""
        return {
            "event_id": self.event_id,
            "exchange": self.exchange,
            "routing_key": self.routing_key,
            "type": self.type,
            "body": bodies.seal(self.body.encode(), self.authority, self.type),
            "at": self.at,
            "correlation_id": self.correlation_id,
            "headers": dict(self.headers),
            "is_secret": self.is_secret,
            "authority": self.authority,
            "delegation_id": self.delegation_id,
        }


def outgoing(message: Message, *cause: str) -> Outgoing:
    """The message as an outgoing event; its id is derived from its name and its cause.

    It carries the context in which it is told. A council hears what belongs together, not whose doing it is.
    """
    council = isinstance(message, PortalMessage)
    known = context.current()
    about = known.about(message) if known else None
    return Outgoing(
        event_id=derived_id(message.wire_name, *cause),
        exchange=COUNCIL_OUTBOX if council else EVENTS_EXCHANGE,
        routing_key=f"{message.authority}.{message.wire_name}"
        if isinstance(message, PortalMessage)
        else message.wire_name,
        type=message.wire_name,
        body=message.model_dump_json(by_alias=True),
        at=clock.now(),
        correlation_id=about.correlation_id if about else None,
        headers={**tracing.headers(), **(about.as_headers() if about and not council else {})},
        is_secret=message.is_secret,
        authority=str(getattr(message, "authority", "")),
        delegation_id=str(getattr(message, "delegation_id", None) or ""),
    )


class _Line:
    """A connection that only publishes; it opens with the first who asks."""

    def __init__(self, url: str, service: str) -> None:
        self._broker = RabbitBroker(
            url,
            middlewares=tracing.around_messages(),
            default_channel=Channel(publisher_confirms=True, on_return_raises=True),
            app_id=service,
            logger=None,
            timeout=_PUBLISH_SECONDS,
            reconnect_interval=RECONNECT_SECONDS,
            client_properties=RabbitClientProperties(heartbeat=15, connection_timeout=5),
        )
        self._connected = False
        self._connecting = asyncio.Lock()

    async def connected(self) -> RabbitBroker:
        """The open connection, which mends itself afterwards; raises where the broker is away."""
        # The library opens a connection for each of those who ask at the same time, and keeps the last one.
        async with self._connecting:
            if not self._connected:
                await self._broker.connect()
                self._connected = True
        return self._broker

    async def close(self) -> None:
        await self._broker.stop()


class Publisher:
    """Publishes, always confirmed, over connections of its own: a blocked publisher must not block acknowledgements.

    What is large, as a council's refused message may be, has a connection for itself: nothing small waits behind it.
    """

    def __init__(self, url: str, *, user: str, service: str, councils: CouncilSeal) -> None:
        self.service = service
        self._councils = councils
        self._user = user
        self._small = _Line(url, service)
        self._large = _Line(url, service)

    async def publish(
        self,
        body: bytes,
        *,
        exchange: str,
        routing_key: str,
        message_id: str | None,
        type: str | None,  # noqa: A002 - AMQP's own name
        headers: Mapping[str, Any] | None = None,
        correlation_id: str | None = None,
        timestamp: datetime | None = None,
    ) -> None:
        """Persistent, mandatory, confirmed within five seconds, or an exception.

        FastStream drops `timeout=` on its way down, so the bound stands outside.
        """
        content_type = "application/octet-stream" if is_sealed(body) else "application/json"
        if exchange == COUNCIL_OUTBOX:
            body, content_type = self._councils.close(body, routing_key.partition(".")[0])
        line = self._large if len(body) > LARGE else self._small
        async with asyncio.timeout(_PUBLISH_SECONDS):
            broker = await line.connected()
            with tracing.continued(headers or {}):
                await broker.publish(
                    body,
                    exchange=exchange,
                    routing_key=routing_key,
                    persist=True,
                    mandatory=True,
                    message_id=message_id,
                    message_type=type,
                    content_type=content_type,
                    headers=dict(headers or {}),
                    correlation_id=correlation_id,
                    timestamp=timestamp or clock.now(),
                    user_id=self._user,
                )
        # A copy of a council's message has the type that the council gave it.
        PUBLISHED.labels(type if type in CATALOGUE else "unknown").inc()

    async def close(self) -> None:
        """Closes the connections."""
        await self._small.close()
        await self._large.close()


async def publish_entry(publisher: Publisher, entry: Entry, body: bytes) -> None:
    """An outbox entry, or a copy of one, as it is told: for councils its body is open, for services sealed."""
    await publisher.publish(
        body,
        exchange=entry["exchange"],
        routing_key=entry["routing_key"],
        message_id=entry["event_id"],
        type=entry["type"],
        headers=entry["headers"],
        correlation_id=entry["correlation_id"],
        timestamp=entry["at"],
    )
