"""What the portal told on the broker, for tests that wait for it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from chassis.outbox import COUNCIL_OUTBOX, EVENTS_EXCHANGE
from chassis.shared_keys import BodySeal
from tests.support.eventually import WITHIN_SECONDS, eventually
from tests.support.sealing import BODIES


@dataclass(frozen=True)
class Heard:
    """One message: its name, its id, its body, and what its envelope says of where it came from."""

    type: str
    message_id: str
    body: dict[str, Any]
    correlation_id: str | None
    headers: dict[str, Any]


@dataclass
class Recorder:
    """Everything that was published since it began to listen."""

    heard: list[Heard] = field(default_factory=list)
    bodies: BodySeal = BODIES

    @classmethod
    @asynccontextmanager
    async def listening(cls, amqp_url: str, bodies: BodySeal = BODIES) -> AsyncIterator[Self]:
        """Listens to both exchanges with a queue that goes with it; needs the operator's rights, and opens bodies."""
        recorder = cls(bodies=bodies)
        async with await aio_pika.connect(amqp_url) as connection:
            channel = await connection.channel()
            queue = await channel.declare_queue("", exclusive=True)
            for exchange in (EVENTS_EXCHANGE, COUNCIL_OUTBOX):
                await queue.bind(exchange, "#")
            await queue.consume(recorder._hear, no_ack=True)
            yield recorder

    async def _hear(self, message: AbstractIncomingMessage) -> None:
        name, message_id = message.type or "", message.message_id or ""
        body = json.loads(self.bodies.open(message.body, name))
        self.heard.append(Heard(name, message_id, body, message.correlation_id, dict(message.headers)))

    def of(self, name: str, **fields: Any) -> list[Heard]:
        """What was heard under a name with these values, each message id once (delivery is at least once)."""
        found = {one.message_id: one for one in self.heard if one.type == name and fields.items() <= one.body.items()}
        return list(found.values())

    async def expect(self, name: str, *, within: float = WITHIN_SECONDS, **fields: Any) -> dict[str, Any]:
        """Waits for it, and gives its body."""
        found = await eventually(lambda: self.of(name, **fields), within=within)
        return found[0].body
