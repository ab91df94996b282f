"""Dead letters: read without taking, sent again to where they came from, dropped. Why they died: chassis.retry."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import unquote, urlsplit

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from chassis import retry, tracing, wire
from contracts.registry import broker_users

_SECONDS = 10
_ABOUT_DEATH = (retry.HEADER_ATTEMPTS, retry.HEADER_CODE, retry.HEADER_REASON, retry.HEADER_QUEUE)


@dataclass(frozen=True)
class DeadLetter:
    """One message among the dead, with what is known of its life."""

    queue: str
    raw: AbstractIncomingMessage
    trusted: frozenset[str]

    @property
    def headers(self) -> dict[str, Any]:
        """What the portal noted on it; a sender's own words do not count as that."""
        return dict(self.raw.headers) if self.raw.user_id in self.trusted else {}

    @property
    def row(self) -> dict[str, Any]:
        """The row of `./portal dead list`."""
        own, death = self.headers, self._death
        return {
            "queue": self.queue,
            "message_id": self.raw.message_id,
            "type": self.raw.type,
            "code": own.get(retry.HEADER_CODE) or death.get("reason"),
            "reason": own.get(retry.HEADER_REASON) or "the broker gave it up",
            "attempts": own.get(retry.HEADER_ATTEMPTS) or self._deliveries,
            "first_seen": own.get(retry.HEADER_FIRST_SEEN) or _iso(death.get("time") or self.raw.timestamp),
        }

    def again(self, body: bytes | None, operator: str) -> aio_pika.Message:
        """The message as it goes back to its queue: a first attempt, with its sender and its door noted on it."""
        noted = {
            name: value
            for name, value in self.headers.items()
            if (name.startswith("x-portal-") or name == tracing.HEADER) and name not in _ABOUT_DEATH
        }
        return aio_pika.Message(
            self.raw.body if body is None else body,
            headers={**self._origin, **noted},
            message_id=self.raw.message_id,
            type=self.raw.type,
            timestamp=self.raw.timestamp,
            content_type=self.raw.content_type,
            correlation_id=self.raw.correlation_id,
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            user_id=operator,
        )

    @property
    def died_in(self) -> str:
        """The queue itself: where councils speak, each has one of its own, and the dead of all lie together."""
        name = str(self.headers.get(retry.HEADER_QUEUE) or self._death.get("queue", ""))
        return name if name.startswith(f"{self.queue}.") else self.queue

    @property
    def _origin(self) -> dict[str, Any]:
        """Where a message that the broker itself gave up came in, and whose it was."""
        keys = self._death.get("routing-keys") or [self.queue]
        came_in = {retry.HEADER_EXCHANGE: self._death.get("exchange", ""), retry.HEADER_ROUTING_KEY: keys[0]}
        return {**came_in, **({retry.HEADER_USER: self.raw.user_id} if self.raw.user_id else {})}

    @property
    def _death(self) -> dict[str, Any]:
        deaths = cast("list[dict[str, Any]]", self.raw.headers.get("x-death") or [{}])
        return deaths[0]

    @property
    def _deliveries(self) -> int:
        count = self.raw.headers.get("x-delivery-count")
        return count if isinstance(count, int) and count else 1


class Morgue:
    """The dead-letter queues of one broker."""

    def __init__(self, channel: AbstractChannel, queues: Iterable[str], operator: str) -> None:
        self._channel = channel
        self._queues = tuple(queues)
        self._operator = operator
        self._trusted = frozenset({*broker_users(), operator})

    async def read(self, limit: int) -> AsyncIterator[DeadLetter]:
        """Every dead letter, queue by queue, oldest first. All go back to their places when the channel closes."""
        for name in self._queues:
            dead = await self._channel.declare_queue(retry.dead_queue(name), passive=True)
            for _ in range(min(dead.declaration_result.message_count or 0, limit)):
                raw = await dead.get(fail=False, timeout=_SECONDS)
                if raw is None:
                    break
                yield DeadLetter(name, raw, self._trusted)

    async def replay(self, letter: DeadLetter, body: bytes | None = None) -> None:
        """Send it to the queue where it died; only when the broker has it there is it taken from the dead."""
        message = letter.again(body, self._operator)
        await self._channel.default_exchange.publish(message, letter.died_in, mandatory=True, timeout=_SECONDS)
        await letter.raw.ack()


@asynccontextmanager
async def opened(amqp: str, queues: Iterable[str]) -> AsyncIterator[Morgue]:
    """The morgue of a broker; whatever was read and neither replayed nor dropped stays as it was."""
    wire.install()
    async with await aio_pika.connect(amqp, timeout=_SECONDS) as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        yield Morgue(channel, queues, unquote(urlsplit(amqp).username or "guest"))


def chosen(words: Iterable[str], *, everything: bool) -> Callable[[DeadLetter], bool]:
    """Those meant by message ids, by queues' names, or all."""
    wanted = {word.removesuffix(".dead") for word in words}
    return lambda letter: everything or letter.queue in wanted or letter.raw.message_id in wanted


def _iso(time: Any) -> str | None:
    return time.isoformat() if hasattr(time, "isoformat") else None
