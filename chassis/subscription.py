"""What one handler hears: its queue, how that is bound, and who may speak in it."""

import re
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from chassis import context, loop, strictjson
from chassis.context import Context
from chassis.delivery import Delivery
from chassis.errors import Refused
from chassis.outbox import EVENTS_EXCHANGE, Outgoing
from chassis.retry import DEFAULT_RETRY, Retry
from contracts.base import CouncilMessage, Message
from contracts.catalogue import owner_of

COUNCIL_INBOX = "council.inbox"
UNKNOWN_EXCHANGE = "council.unknown"
"""Where the broker sends what a council published under a name that no queue is bound to."""

_FROM = "from"
_OF_A_COUNCIL = 24
_OF_A_SERVICE = 32

MessageT = TypeVar("MessageT", bound=Message | None)
ServiceT = TypeVar("ServiceT")
BodyT = TypeVar("BodyT", bound=Message)
Refusal = Callable[[Delivery, Refused], Outgoing | None]


@dataclass(frozen=True, slots=True)
class Subscription(Generic[MessageT, ServiceT]):
    """What one handler hears: `handler(message, delivery, service)`. `refusal` answers a refused delivery.

    A service's `subscriptions` are a tuple without a type of its own: so mypy holds each handler against its message.
    """

    queue: str
    message: type[MessageT]
    """NoneType means that the body is not read: the handler gets None."""
    handler: Callable[[MessageT, Delivery, ServiceT], Awaitable[None]]
    retry: Retry = DEFAULT_RETRY
    prefetch: int = 0
    """How many deliveries of a queue are in work at a time; 0 is as many as suits whoever speaks there."""
    timeout_seconds: float = 20
    refusal: Refusal | None = None

    @property
    def model(self) -> type[Message] | None:
        """The class of the body; None where it is not read."""
        return None if issubclass(self.message, NoneType) else self.message

    @property
    def exchange(self) -> str:
        """Where the queue is bound."""
        if self.model is None:
            return UNKNOWN_EXCHANGE
        return COUNCIL_INBOX if issubclass(self.model, CouncilMessage) else EVENTS_EXCHANGE

    @property
    def binding_key(self) -> str:
        """What is heard, whoever says it."""
        if self.model is None:
            return "#"
        return f"*.{self.model.wire_name}" if self.is_from_councils else self.model.wire_name

    @property
    def at_once(self) -> int:
        """How many deliveries of a queue are in work at a time. Another council's next one waits behind all of them."""
        return self.prefetch or (_OF_A_COUNCIL if self.is_from_councils else _OF_A_SERVICE)

    @property
    def is_from_councils(self) -> bool:
        """Whether councils speak here; then each has a queue of its own, so that none waits behind another."""
        return self.exchange == COUNCIL_INBOX

    def queues(self, authorities: Iterable[str]) -> dict[str, str]:
        """Every queue that the handler consumes, with the key that it is bound by."""
        if not self.is_from_councils or self.model is None:
            return {self.queue: self.binding_key}
        return {f"{self.queue}.{_FROM}.{code}": f"{code}.{self.model.wire_name}" for code in authorities}

    @property
    def queue_pattern(self) -> str:
        """A regular expression for the names of these queues, and of no other."""
        return rf"^{re.escape(self.queue)}\.{_FROM}\..+$" if self.is_from_councils else f"^{re.escape(self.queue)}$"

    @property
    def teller(self) -> str | None:
        """The service that alone tells it, as which it signs in at the broker; None where councils speak."""
        if self.exchange != EVENTS_EXCHANGE or self.model is None:
            return None
        return owner_of(self.model.wire_name)

    def check_envelope(self, delivery: Delivery, speaks_for_all: Collection[str]) -> None:
        """Refused where properties cannot be read, or somebody else tells what is its owner's to tell."""
        if delivery.unreadable:
            raise Refused("invalid_properties", f"These properties cannot be read: {delivery.unreadable}.")
        if self.teller is not None and not self._is_told_by_its_teller(delivery, speaks_for_all):
            raise Refused("wrong_sender", f"Only {self.teller} tells this.")

    def context_of(self, delivery: Delivery, speaks_for_all: Collection[str]) -> Context:
        """What the work hands on: a council's message begins something, an event goes on with what its teller says."""
        if self.teller is None:
            return context.of_council(delivery.authority, delivery.known_as)
        told_by = delivery.user_id or "unknown"
        if not self._is_told_by_its_teller(delivery, speaks_for_all):
            return context.of_event(delivery.known_as, None, told_by, {})
        return context.of_event(delivery.known_as, delivery.correlation_id, told_by, delivery.headers)

    def _is_told_by_its_teller(self, delivery: Delivery, speaks_for_all: Collection[str]) -> bool:
        return delivery.user_id in {self.teller, *speaks_for_all}


def read_body(model: type[BodyT], body: bytes) -> BodyT:
    """The body as its model; Refused says what is wrong and, by JSON pointer, where."""
    data = strictjson.read(body)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise Refused("invalid", first["msg"], field=_pointer(first["loc"], data)) from error


async def read(model: type[BodyT], body: bytes) -> BodyT:
    """The same; a large body does not hold up the event loop."""
    return await loop.work(len(body), read_body, model, body)


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
