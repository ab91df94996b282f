"""T15: everything is told five times over, by the council and among the services: the effect is one."""

import asyncio

import aio_pika

from chassis.outbox import EVENTS_EXCHANGE
from contracts.tasks import TaskOpened
from tests.faults.cms import REQUESTED, Cms
from tests.faults.house import House
from tests.support.council import request
from tests.support.eventually import eventually
from tests.support.measures import Measures
from tests.support.recorder import Heard, Recorder

TIMES = 5


async def test_t15_everything_told_five_times_has_its_effect_once(
    house: House, cms: Cms, prefix: str, deliveries: int, measures: Measures
) -> None:
    ids = [f"{prefix}{number}" for number in range(deliveries)]
    dead = await house.count_dead()
    async with Recorder.listening(house.amqp, house.portal.bodies) as recorder:
        await asyncio.gather(*(_tell(cms, delegation_id) for delegation_id in ids))
        await house.settle(cms, ids)
        opened = [one for one in recorder.of(TaskOpened.wire_name) if one.body["delegation_id"].startswith(prefix)]
        assert len(opened) == deliveries
        await _repeat(house, opened)
        await eventually(house.nothing_waits, within=120)
    settled = await house.settle(cms, ids)
    assert await house.count_dead() == dead
    measures.report(
        "T15",
        attempted=deliveries,
        deliveries=deliveries * TIMES * 2,
        **settled,
        answered_twice=cms.duplicates(ids),
        effects=deliveries,
    )


async def _tell(cms: Cms, delegation_id: str) -> None:
    body = request(delegation_id, f"{delegation_id}@school.example")
    await cms.tell(REQUESTED, body, f"request-of-{delegation_id}", times=TIMES)


async def _repeat(house: House, events: list[Heard]) -> None:
    """What tasks told the others, again and again, under the same ids."""
    async with await aio_pika.connect(house.amqp_of("tasks")) as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        exchange = await channel.get_exchange(EVENTS_EXCHANGE, ensure=False)
        for event in events:
            told = TaskOpened.model_validate(event.body).model_dump_json(by_alias=True).encode()
            message = aio_pika.Message(told, message_id=event.message_id, type=event.type, user_id="tasks")
            await asyncio.gather(*(exchange.publish(message, event.type) for _ in range(TIMES - 1)))
