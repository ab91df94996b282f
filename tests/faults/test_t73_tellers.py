"""T73, events: what one service tells no other can tell, whatever the broker lets it write."""

import aio_pika
import pytest

from chassis.outbox import EVENTS_EXCHANGE
from chassis.retry import HEADER_CODE, dead_queue
from contracts.registry import stored
from services.tasks.handlers import subscriptions
from tests.support.broker import Broker
from tests.support.eventually import eventually
from tests.support.measures import Measures

HEARD = [one for one in subscriptions if one.teller]


async def _tell(broker: Broker, user: str) -> None:
    """Everything that tasks hears, as one user; the body says nothing, so that only its own teller is read."""
    async with await aio_pika.connect(broker.url_of(user)) as connection:
        exchange = await (await connection.channel()).get_exchange(EVENTS_EXCHANGE, ensure=False)
        for one in HEARD:
            assert one.model
            name = one.model.wire_name
            message = aio_pika.Message(b"{}", user_id=user, type=name, message_id=f"{user} tells {name}")
            await exchange.publish(message, name, timeout=10)


async def _dead(broker: Broker) -> dict[str, str]:
    async with await aio_pika.connect(broker.url) as connection:
        channel = await connection.channel()
        found: dict[str, str] = {}
        for one in HEARD:
            queue = await channel.get_queue(dead_queue(one.queue), ensure=False)
            while (message := await queue.get(fail=False)) is not None:
                found[str(message.message_id)] = str(message.headers[HEADER_CODE])
        return found


@pytest.mark.usefixtures("tasks_alone")
async def test_t73_a_service_cannot_tell_what_is_anothers(broker: Broker, measures: Measures) -> None:
    assert broker.passwords, "the test's broker gives each user no name of its own"
    for user in stored():
        await _tell(broker, user)

    async def all_dead() -> dict[str, str]:
        dead = await _dead(broker)
        return dead if len(dead) == len(stored()) * len(HEARD) else {}

    dead = await eventually(all_dead, within=30)
    own = {f"{one.teller} tells {one.model.wire_name}" for one in HEARD if one.model}
    assert {name: code for name, code in dead.items() if name in own} == dict.fromkeys(own, "invalid")
    wrongly = [name for name, code in dead.items() if name not in own and code != "wrong_sender"]
    measures.report("T73", told_by_others=len(dead) - len(own), wrongly_taken=len(wrongly))
    assert not wrongly
