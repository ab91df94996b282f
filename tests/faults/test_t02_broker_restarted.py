"""T2: the broker restarts in order, or closes every connection: nothing is lost, every queue is consumed again."""

import asyncio
import signal
import time

from tests.faults.cms import Cms
from tests.faults.house import QUEUES, REPLICAS, House
from tests.support.measures import Measures


async def test_t02_broker_restarted_and_connections_closed(
    house: House, cms: Cms, prefix: str, deliveries: int, measures: Measures
) -> None:
    dead, recoveries = await house.count_dead(), []
    await house.old_enough()
    async with cms.delegating(prefix, deliveries) as ids:
        for hurt in (_close_connections, _stop_and_start, _restart):
            since = time.monotonic()
            await hurt(house)
            recoveries.append(await cms.recovered(since))
    settled = await house.settle(cms, ids)
    await house.ready()
    consumers = await house.consumers()
    assert consumers == dict.fromkeys(QUEUES, REPLICAS)
    assert await house.count_dead() == dead
    measures.report(
        "T2",
        attempted=len(ids),
        acknowledged=len(cms.acknowledged.intersection(ids)),
        **settled,
        duplicated=cms.duplicates(ids),
        queues_consumed=f"{len(consumers)} of {len(QUEUES)}",
        recovered_in_s=[f"{seconds:.1f}" for seconds in recoveries],
    )


async def _close_connections(house: House) -> None:
    await asyncio.to_thread(house.rabbitmqctl, "close_all_connections", "a fault test")


async def _stop_and_start(house: House) -> None:
    await asyncio.to_thread(house.rabbitmqctl, "stop_app")
    await asyncio.to_thread(house.rabbitmqctl, "start_app")


async def _restart(house: House) -> None:
    await house.kill("broker", signal.SIGTERM)
