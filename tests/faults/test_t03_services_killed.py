"""T3: services are killed at any time while a council publishes: nothing is lost, nothing happens twice."""

import random
import time

from tests.faults.cms import Cms
from tests.faults.house import House
from tests.support.eventually import eventually
from tests.support.measures import Measures

KILLS = 10
SERVICES = ("tasks", "forms-2", "notify", "tasks-2", "files", "forms", "notify-2", "auth")


async def test_t03_services_killed_at_random_points(
    house: House, cms: Cms, prefix: str, deliveries: int, measures: Measures
) -> None:
    chance = random.Random(prefix)
    dead = await house.count_dead()
    killed: list[str] = []
    async with cms.delegating(prefix, deliveries) as ids:
        for turn in range(1, KILLS + 1):
            share = deliveries * turn // (KILLS + 1)
            await _sent(ids, share)
            killed.append(SERVICES[turn % len(SERVICES)] if turn > 2 else chance.choice(SERVICES))
            await house.kill(killed[-1])
        since = time.monotonic()
        await house.ready()
        recovered = await cms.recovered(since)
    settled = await house.settle(cms, ids)
    assert await house.count_dead() == dead
    measures.report(
        "T3",
        attempted=len(ids),
        acknowledged=len(cms.acknowledged.intersection(ids)),
        **settled,
        duplicated=cms.duplicates(ids),
        kills={name: killed.count(name) for name in sorted(set(killed))},
        recovered_in_s=f"{recovered:.1f}",
    )


async def _sent(ids: list[str], share: int) -> None:
    await eventually(lambda: len(ids) >= share, within=120)
