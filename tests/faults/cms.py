"""A council's system as it should be: sends again, under the same id, what was not confirmed; keeps a ledger."""

import asyncio
import contextlib
import json
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Self

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage

from tests.support.council import request
from tests.support.eventually import eventually

ACCEPTED = "portal.delegation.accepted.v1"
REJECTED = "portal.message.rejected.v1"
REQUESTED = "council.delegation.requested.v1"
NOTHING: Mapping[str, Any] = MappingProxyType({})
_PAUSE_SECONDS = 0.2
_ANSWER_SECONDS = 5
_AT_ONCE = 50
_PACE_SECONDS, _LATER_PACE_SECONDS = 0.01, 0.05
"""Between two delegations of a stream; and once there are enough, for as long as it is wanted."""


def address_of(delegation_id: str) -> str:
    """The person whom a delegation goes to; each to one of its own."""
    return f"{delegation_id}@school.example"


class Cms:
    """One council's system over plain AMQP; it connects again by itself, however often the broker goes away."""

    def __init__(self, authority: str, amqp_url: str) -> None:
        self.authority = authority
        self.acknowledged: set[str] = set()
        self.acknowledged_at = 0.0
        self.took: dict[str, float] = {}
        """By delegation: how long after its confirmation the portal accepted it."""
        self._confirmed_at: dict[str, float] = {}
        self.resent = 0
        self.answers: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        """By name and delegation: how often each message id came."""
        self.bodies: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
        """By name and the id of the message that is answered (or its own): the body."""
        self.rejections: list[dict[str, Any]] = []
        self.heard_at = 0.0
        self._url = amqp_url
        self._connection: AbstractConnection | None = None
        self._channel: AbstractChannel | None = None
        self._connecting = asyncio.Lock()
        self._slots = asyncio.Semaphore(_AT_ONCE)

    @classmethod
    @asynccontextmanager
    async def of(cls, authority: str, amqp_url: str) -> AsyncIterator[Self]:
        """Connected and listening."""
        cms = cls(authority, amqp_url)
        listener = asyncio.create_task(cms._listen())
        try:
            yield cms
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)
            await cms._hang_up()

    async def delegate(self, ids: Iterable[str], **changes: Any) -> None:
        """Delegates all of these, many at a time; returns when the broker has confirmed each."""
        await asyncio.gather(*(self.delegate_one(delegation_id, **changes) for delegation_id in ids))

    @asynccontextmanager
    async def delegating(self, prefix: str, at_least: int) -> AsyncIterator[list[str]]:
        """Delegates at a steady pace while the body runs, and until there are enough; gives the growing list of ids."""
        ids: list[str] = []
        is_over = asyncio.Event()
        stream = asyncio.create_task(self._stream(prefix, at_least, ids, is_over))
        try:
            yield ids
        except BaseException:
            stream.cancel()
            raise
        is_over.set()
        await stream

    async def _stream(self, prefix: str, at_least: int, ids: list[str], is_over: asyncio.Event) -> None:
        under_way: set[asyncio.Task[None]] = set()
        while len(ids) < at_least or not is_over.is_set():
            if len(under_way) < _AT_ONCE:
                ids.append(f"{prefix}{len(ids)}")
                under_way.add(task := asyncio.create_task(self.delegate_one(ids[-1])))
                task.add_done_callback(under_way.discard)
            await asyncio.sleep(_PACE_SECONDS if len(ids) < at_least else _LATER_PACE_SECONDS)
        await asyncio.gather(*under_way)

    async def delegate_one(self, delegation_id: str, *, message_id: str | None = None, **changes: Any) -> None:
        """Delegates one form to a person of its own; its message id follows from it."""
        body = {**request(delegation_id, address_of(delegation_id)), **changes}
        await self.tell(REQUESTED, body, message_id or f"request-of-{delegation_id}")
        self.acknowledged.add(delegation_id)
        self.acknowledged_at = self._confirmed_at[delegation_id] = time.monotonic()

    async def tell(
        self,
        name: str,
        body: dict[str, Any] | bytes,
        message_id: str,
        times: int = 1,
        bent: Mapping[str, Any] = NOTHING,
    ) -> None:
        """Publishes until it is confirmed, always under the same message id; all of it `times` times.

        `bent` replaces properties, and the routing key.
        """
        raw = body if isinstance(body, bytes) else json.dumps({"authority": self.authority, **body}).encode()
        async with self._slots:
            for _ in range(times):
                while not await self._try(raw, name, {"message_id": message_id, **bent}):
                    self.resent += 1
                    await asyncio.sleep(_PAUSE_SECONDS)

    async def _try(self, raw: bytes, name: str, properties: dict[str, Any]) -> bool:
        usual = {
            "type": name,
            "timestamp": datetime.now(UTC),
            "content_type": "application/json",
            "delivery_mode": aio_pika.DeliveryMode.PERSISTENT,
            "user_id": self.authority,
        }
        routing_key = properties.pop("routing_key", f"{self.authority}.{name}")
        message = aio_pika.Message(raw, **{**usual, **properties})
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                exchange = await (await self._open()).get_exchange("council.inbox", ensure=False)
                await exchange.publish(message, routing_key, mandatory=True)
        except Exception:  # noqa: BLE001 - whatever it was, it is not confirmed
            return False
        return True

    async def _open(self) -> AbstractChannel:
        async with self._connecting:
            if self._channel is None or self._channel.is_closed:
                await self._hang_up()
                self._connection = await aio_pika.connect(self._url)
                self._channel = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
            return self._channel

    async def _hang_up(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(Exception):
                await self._connection.close()

    async def _listen(self) -> None:
        while True:
            with contextlib.suppress(Exception):
                await self._listen_once()
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _listen_once(self) -> None:
        async with await aio_pika.connect(self._url, timeout=_ANSWER_SECONDS) as connection:
            channel = await connection.channel()
            await channel.set_qos(prefetch_count=200)
            queue = await channel.get_queue(f"council.{self.authority}", ensure=False)
            async with queue.iterator() as messages:
                async for message in messages:
                    self._hear(message)
                    await message.ack()

    def _hear(self, message: AbstractIncomingMessage) -> None:
        name, body = str(message.type), json.loads(message.body)
        self.answers[name][body.get("delegation_id") or ""][str(message.message_id)] += 1
        self.bodies[name][body.get("message_id") or str(message.message_id)] = body
        self.heard_at = time.monotonic()
        if name == REJECTED:
            self.rejections.append(body)
        if name == ACCEPTED:
            since = self._confirmed_at.get(body["delegation_id"], self.heard_at)
            self.took.setdefault(body["delegation_id"], self.heard_at - since)

    def accepted(self, ids: Iterable[str]) -> set[str]:
        """Those of these delegations that the portal has accepted."""
        return set(ids) & self.answers[ACCEPTED].keys()

    def duplicates(self, ids: Iterable[str], name: str = ACCEPTED) -> int:
        """How many more answers than facts came for these."""
        return sum(sum(self.answers[name][one].values()) - 1 for one in ids if one in self.answers[name])

    async def expect_accepted(self, ids: Iterable[str], *, within: float) -> None:
        """Waits until all of these are accepted."""
        wanted = set(ids)

        def all_accepted() -> bool:
            missing = wanted - self.accepted(wanted)
            assert not missing, f"{len(missing)} of {len(wanted)} not accepted, e.g. {sorted(missing)[:3]}"
            return True

        await eventually(all_accepted, within=within)

    async def recovered(self, since: float) -> float:
        """Waits until something delegated after this moment is answered; how long it took."""
        await eventually(lambda: self.acknowledged_at > since, within=120)
        acknowledged_at = self.acknowledged_at
        await eventually(lambda: self.heard_at > acknowledged_at, within=120)
        return self.heard_at - since
