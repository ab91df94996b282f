"""T23: a message that kills its process ends among the dead letters, and none of its neighbours with it."""

import asyncio
import time

from chassis import retry
from tests.faults.conftest import RigMaker
from tests.support.measures import Measures

CRASHERS = 2


async def test_t23_a_message_that_kills_its_process_dies_alone(
    rig_of: RigMaker, deliveries: int, measures: Measures
) -> None:
    async with rig_of(delays=(1,), prefetch=100) as rig:
        crashing = [f"crashing-{number}" for number in range(CRASHERS)]
        others = [f"well-{number}" for number in range(deliveries)]
        started = time.monotonic()
        # Slow ones under way beside the crash, and plenty before and behind it in the queue.
        await asyncio.gather(
            rig.orders(others[::2], "slow", 1), rig.orders(crashing, "crash"), rig.orders(others[1::2])
        )
        await rig.expect_done(others, within=180)
        await rig.expect_dead(crashing, within=180)
        dead, exits = await rig.dead(), rig.exits
        left = await rig.end()
        lost = await rig.lost()
    innocent = dead.keys() - set(crashing)
    assert left == 0
    assert exits
    assert set(exits) == {9}
    assert not innocent
    assert {dead[order].headers[retry.HEADER_CODE] for order in crashing} == {"crashed"}
    assert not lost
    measures.report(
        "T23",
        attempted=deliveries + CRASHERS,
        crashes=len(exits),
        dead=len(dead),
        innocent_among_them=len(innocent),
        lost=lost,
        all_dead_in_s=f"{time.monotonic() - started:.1f}",
    )
