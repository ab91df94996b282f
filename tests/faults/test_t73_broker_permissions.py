"""T73: on the broker each service and each council reaches its own and nothing else; no council speaks for another."""

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel, AbstractConnection
from aiormq.exceptions import ChannelAccessRefused, ChannelPreconditionFailed

from chassis.outbox import COUNCIL_OUTBOX, EVENTS_EXCHANGE
from chassis.retry import DEAD_EXCHANGE, RETRY_PREFIX
from commands.topology import broker_definitions
from contracts.registry import stored
from tests.support.broker import Broker, _authorities
from tests.support.measures import Measures

COUNCILS = tuple(authority.code for authority in _authorities())
TOPOLOGY = broker_definitions(_authorities())
EXCHANGES = ["", "amq.topic", *(exchange["name"] for exchange in TOPOLOGY["exchanges"])]
QUEUES = [queue["name"] for queue in TOPOLOGY["queues"]]
INBOX = "council.inbox"


def may_write(user: str, exchange: str) -> bool:
    """What the contract says, in words of its own."""
    if user in COUNCILS:
        return exchange == INBOX
    return exchange in {EVENTS_EXCHANGE, COUNCIL_OUTBOX, DEAD_EXCHANGE} or exchange.startswith(RETRY_PREFIX)


def may_read(user: str, queue: str) -> bool:
    return queue == f"council.{user}" if user in COUNCILS else queue.startswith(f"{user}.")


class Tries:
    """One user's tries, each on a channel that the broker may close."""

    def __init__(self, connection: AbstractConnection, user: str) -> None:
        self._connection = connection
        self._user = user
        self.made = 0
        self.refused = 0

    async def _is_let(self, what: str, *names: str) -> bool:
        self.made += 1
        channel = await self._connection.channel(publisher_confirms=True, on_return_raises=False)
        try:
            await getattr(self, what)(channel, *names)
        except ChannelAccessRefused:
            self.refused += 1
            return False
        await channel.close()
        return True

    async def _write(self, channel: AbstractChannel, exchange: str) -> None:
        # To nobody: a key that no queue is bound to.
        key = f"{self._user}.nobody.listens.v1"
        target = await channel.get_exchange(exchange, ensure=False) if exchange else channel.default_exchange
        await target.publish(aio_pika.Message(b"{}", user_id=self._user), key, mandatory=False, timeout=10)

    async def _read(self, channel: AbstractChannel, queue: str) -> None:
        await (await channel.get_queue(queue, ensure=False)).get(fail=False, no_ack=False, timeout=10)

    async def _declare(self, channel: AbstractChannel, queue: str) -> None:
        await channel.declare_queue(queue, durable=True, arguments={"x-queue-type": "quorum"}, timeout=10)

    async def _bind(self, channel: AbstractChannel, exchange: str, queue: str) -> None:
        await (await channel.get_queue(queue, ensure=False)).bind(exchange, "#", timeout=10)

    async def _empty(self, channel: AbstractChannel, queue: str) -> None:
        await (await channel.get_queue(queue, ensure=False)).delete(if_unused=False, if_empty=False, timeout=10)

    async def all(self) -> list[str]:
        """Every try whose outcome is not what it should be."""
        wrong = [
            f"{self._user} writes {exchange or 'the default exchange'}"
            for exchange in EXCHANGES
            if await self._is_let("_write", exchange) != may_write(self._user, exchange)
        ]
        wrong += [
            f"{self._user} reads {queue}"
            for queue in QUEUES
            if await self._is_let("_read", queue) != may_read(self._user, queue)
        ]
        own = f"council.{self._user}" if self._user in COUNCILS else f"{self._user}.made-up"
        forbidden = {
            "declares": ("_declare", own),
            "binds": ("_bind", COUNCIL_OUTBOX, QUEUES[0]),
            "deletes": ("_empty", "council.oxfordshire"),
        }
        return wrong + [f"{self._user} {does}" for does, tried in forbidden.items() if await self._is_let(*tried)]


@pytest.mark.parametrize("user", [*stored(), *COUNCILS])
async def test_t73_a_user_of_the_broker_reaches_its_own_and_nothing_else(
    broker: Broker, user: str, measures: Measures
) -> None:
    assert broker.passwords, "the test's broker gives each user no name of its own"
    async with await aio_pika.connect(broker.url_of(user)) as connection:
        tries = Tries(connection, user)
        wrong = await tries.all()
    assert wrong == []
    measures.report("T73", user=user, tried=tries.made, refused=tries.refused, wrongly_let=len(wrong))


@pytest.mark.parametrize("other", [code for code in (*COUNCILS, "tasks", "portal-operator") if code != "bristol"])
async def test_t73_a_council_cannot_speak_as_another(broker: Broker, other: str) -> None:
    async with await aio_pika.connect(broker.url_of("bristol")) as connection:
        name = "council.delegation.retracted.v1"
        for user_id, key, error in (
            ("bristol", f"{other}.{name}", ChannelAccessRefused),
            (None, f"{other}.{name}", ChannelAccessRefused),
            (other, f"bristol.{name}", ChannelPreconditionFailed),
        ):
            channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
            exchange = await channel.get_exchange(INBOX, ensure=False)
            with pytest.raises(error):
                await exchange.publish(aio_pika.Message(b"{}", user_id=user_id, type=name), key, timeout=10)


async def test_t73_nobody_gets_in_without_a_password(broker: Broker) -> None:
    for user in ("guest", "bristol", "portal-operator"):
        address = broker.url.split("@")[1]
        with pytest.raises(Exception, match=r"(?i)access[_ ]?refused|login was refused"):
            await aio_pika.connect(f"amqp://{user}:guest@{address}", timeout=10)
