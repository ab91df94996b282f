"""Dead letters of a service that name what is erased: they go too (ADR 0072). The others wait for a person."""

import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue

from chassis import wire
from chassis.documents import Key
from chassis.keys import KeyRing
from chassis.outbox import task_id_of
from chassis.retry import dead_queue
from chassis.sealing import NotOpened
from chassis.shared_keys import BodySeal
from chassis.telemetry import log

_SECONDS = 10
_AGAIN_SECONDS = 3600
"""So often they are read though nothing seems to have changed: one may have gone as another came."""

_Seen = tuple[tuple[int, ...], datetime]
"""How many letters there were in each queue, and when something was erased last."""


class DeadLetters:
    """Those of one service's queues."""

    def __init__(self, amqp_url: str, queues: Sequence[str], bodies: BodySeal, keys: KeyRing) -> None:
        self._amqp_url = amqp_url
        self._queues = [dead_queue(queue) for queue in queues]
        self._bodies = bodies
        self._keys = keys
        self._done: tuple[_Seen, float] | None = None

    async def drop_erased(self) -> None:
        """Reads all of them, where there is anything new: what is not dropped stays as and where it is.

        Of two who read at the same time each would miss what the other holds: one replica does.
        """
        erased_at = await self._keys.last_destroyed_at()
        if erased_at is None:
            return
        async with self._channel() as channel:
            found = [await channel.declare_queue(name, passive=True) for name in self._queues]
            seen = tuple(queue.declaration_result.message_count or 0 for queue in found), erased_at
            if any(seen[0]) and not self._is_done(seen):
                for queue in found:
                    await self._drop_erased_of(queue)
        self._done = seen, time.monotonic()

    def _is_done(self, seen: _Seen) -> bool:
        return self._done is not None and self._done[0] == seen and time.monotonic() < self._done[1] + _AGAIN_SECONDS

    async def _drop_erased_of(self, queue: AbstractQueue) -> None:
        for _ in range(queue.declaration_result.message_count or 0):
            letter = await queue.get(fail=False, timeout=_SECONDS)
            if letter is None:
                return
            key = about(letter, self._bodies)
            if key is not None and await self._keys.is_destroyed(key):
                await letter.ack()
                log.info("dead letter dropped", queue=queue.name, message_id=letter.message_id, why="erased")

    @asynccontextmanager
    async def _channel(self) -> AsyncIterator[AbstractChannel]:
        """Whatever was read and not dropped goes back when it closes."""
        wire.install()
        async with await aio_pika.connect(self._amqp_url, timeout=_SECONDS) as connection:
            yield await connection.channel()


def about(letter: AbstractIncomingMessage, bodies: BodySeal) -> Key | None:
    """The task that a message is about, by its delegation; None where it names none, or nobody can read it."""
    try:
        body = json.loads(bodies.open(letter.body, letter.type or ""))
    except (NotOpened, ValueError, RecursionError):
        return None
    if not isinstance(body, dict):
        return None
    authority, delegation_id = body.get("authority"), body.get("delegation_id")
    if not isinstance(authority, str) or not isinstance(delegation_id, str):
        return None
    return Key(authority, task_id_of(authority, delegation_id))
