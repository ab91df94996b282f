"""One message as it came from the broker: envelope, history, body. How it ends is decided in chassis.endings."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self, cast

from aio_pika.abc import AbstractIncomingMessage

from chassis import clock, context, retry, tracing
from chassis.outbox import EVENTS_EXCHANGE
from chassis.sealing import NotOpened
from chassis.shared_keys import BodySeal
from chassis.wire import UNREADABLE


@dataclass(frozen=True, slots=True)
class Delivery:
    """Read once; what a handler may know of its message's way here."""

    queue: str
    exchange: str
    routing_key: str
    message_id: str | None
    type: str | None
    user_id: str | None
    correlation_id: str | None
    headers: Mapping[str, Any]
    body: bytes
    attempts: int
    first_seen: datetime
    returns: int = 0
    """How often it came back because nobody answered for it: a killed process, a lost connection."""
    trace: Mapping[str, str] = field(default_factory=dict)
    """The span that its sender was in, as headers; empty where a stranger says so."""
    unreadable: str = ""
    """Names of the properties that could not be read; `body` where that was sealed and does not open."""

    @property
    def authority(self) -> str:
        """The authority at the council's door: the routing key's prefix, which the broker has checked."""
        return self.routing_key.split(".", 1)[0]

    @property
    def known_as(self) -> str:
        """Its id; one that came without has the hash of its body, so that the same again is known again."""
        return self.message_id or hashlib.sha256(self.body).hexdigest()

    @property
    def waited_seconds(self) -> float:
        """How long ago the portal saw it first."""
        return (clock.now() - self.first_seen).total_seconds()

    @classmethod
    def of(cls, raw: AbstractIncomingMessage, queue: str, trusted: frozenset[str], bodies: BodySeal) -> Self:
        """From the wire. What our own headers say counts only where one of our own users wrote them."""
        own = raw.headers if raw.user_id in trusted else {}
        body, unreadable = raw.body, str(raw.headers.get(UNREADABLE, ""))
        try:
            body = bodies.open(raw.body, raw.type or "")
        except NotOpened:
            unreadable = f"{unreadable}, body" if unreadable else "body"
        first_seen = own.get(retry.HEADER_FIRST_SEEN)
        return cls(
            queue=queue,
            exchange=str(own.get(retry.HEADER_EXCHANGE, raw.exchange or "")),
            routing_key=str(own.get(retry.HEADER_ROUTING_KEY, raw.routing_key or "")),
            message_id=raw.message_id,
            type=raw.type,
            user_id=str(own[retry.HEADER_USER]) if retry.HEADER_USER in own else raw.user_id,
            correlation_id=raw.correlation_id,
            headers=raw.headers,
            body=body,
            attempts=int(cast("int", own.get(retry.HEADER_ATTEMPTS, 0))),
            first_seen=datetime.fromisoformat(str(first_seen)) if first_seen else clock.now(),
            returns=_returns(raw),
            trace=tracing.said_in(own or (raw.headers if raw.exchange == EVENTS_EXCHANGE else {})),
            unreadable=unreadable,
        )

    def carried_headers(self, own: Mapping[str, str | int]) -> dict[str, Any]:
        """The headers of a copy: a service's context and span, and ours.

        No other: they could mean something to the broker. `CC` and `BCC` are further routing keys, and a service may
        write where their sender may not.
        """
        history: dict[str, Any] = {
            retry.HEADER_FIRST_SEEN: self.first_seen.isoformat(),
            retry.HEADER_ROUTING_KEY: self.routing_key,
            retry.HEADER_EXCHANGE: self.exchange,
        }
        if self.user_id is not None:
            history[retry.HEADER_USER] = self.user_id
        said = {name: self.headers[name] for name in context.HEADERS if name in self.headers}
        return {**self.trace, **(said if self.exchange == EVENTS_EXCHANGE else {}), **history, **own}


def _returns(raw: AbstractIncomingMessage) -> int:
    """The broker's count; on a first delivery there is none, and a header of that name is its sender's."""
    count = raw.headers.get("x-delivery-count", 0)
    return count if raw.redelivered and isinstance(count, int) else 0
