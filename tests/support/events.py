"""Publishes what other services would tell, as themselves, for tests of one service."""

from urllib.parse import unquote, urlsplit
from uuid import uuid4

import aio_pika

from chassis import clock
from chassis.outbox import EVENTS_EXCHANGE
from contracts.base import Event
from tests.support.broker import Broker


async def publish(broker: Broker, user: str, event: Event, *, message_id: str | None = None, times: int = 1) -> None:
    """Publishes an event with a user's own connection, confirmed; more than once where a test wants that."""
    async with await aio_pika.connect(broker.url_of(user)) as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        exchange = await channel.get_exchange(EVENTS_EXCHANGE, ensure=False)
        message = aio_pika.Message(
            event.model_dump_json(by_alias=True).encode(),
            message_id=message_id or str(uuid4()),
            type=event.wire_name,
            timestamp=clock.now(),
            content_type="application/json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            user_id=user if broker.passwords else unquote(urlsplit(broker.url).username or "guest"),
        )
        for _ in range(times):
            await exchange.publish(message, event.wire_name, timeout=10)
