"""T1: the broker is killed three times while a council publishes: nothing is lost, nothing happens twice."""

import time

from tests.faults.cms import Cms
from tests.faults.house import House
from tests.support.eventually import eventually
from tests.support.measures import Measures

KILLS = 3


async def test_t01_broker_killed_while_publishing(
    house: House, cms: Cms, prefix: str, deliveries: int, measures: Measures
) -> None:
    resent, dead = cms.resent, await house.count_dead()
    await house.old_enough()
    recoveries = []
    async with cms.delegating(prefix, deliveries) as ids:
        for turn in range(1, KILLS + 1):
            share = deliveries * turn // (KILLS + 1)
            await _acknowledged(cms, ids, share)
            await house.kill("broker")
            recoveries.append(await cms.recovered(time.monotonic()))
    settled = await house.settle(cms, ids)
    assert await house.count_dead() == dead
    measures.report(
        "T1",
        attempted=len(ids),
        acknowledged=len(cms.acknowledged.intersection(ids)),
        **settled,
        duplicated=cms.duplicates(ids),
        sent_again=cms.resent - resent,
        kills=KILLS,
        recovered_in_s=[f"{seconds:.1f}" for seconds in recoveries],
    )


async def _acknowledged(cms: Cms, ids: list[str], share: int) -> None:
    await eventually(lambda: len(cms.acknowledged.intersection(ids)) >= share, within=120)
