"""T23: a message that kills its process ends among the dead letters, and none of its neighbours with it."""

import asyncio
import statistics
import time

from chassis import retry
from tests.faults.conftest import RigMaker
from tests.faults.rigs import Rig
from tests.support.measures import Measures

CRASHERS = 2
_PACE_SECONDS = 0.1


async def _order_beside(rig: Rig, work: asyncio.Task[None]) -> dict[str, float]:
    """Orders of somebody else, one after the other while the work goes on; when the broker had each."""
    ordered: dict[str, float] = {}
    while not work.done():
        order = await rig.order(f"beside-{len(ordered)}", queue=rig.others)
        ordered[order] = time.time()
        await asyncio.sleep(_PACE_SECONDS)
    return ordered


async def _delays(rig: Rig, ordered: dict[str, float]) -> list[float]:
    """How long each waited from when it could have been started: ordered, and the process lived that has done it."""
    started, lived = dict[str, float](), dict[str, float]()
    for life in (await rig.lives()).values():
        for at, order in life:
            if order in ordered:
                started[order] = at
                lived[order] = life[0][0]
    return [started[order] - max(at, lived[order]) for order, at in ordered.items()]


async def _settled(rig: Rig, others: list[str], crashing: list[str]) -> None:
    await rig.expect_done(others, within=180)
    await rig.expect_dead(crashing, within=180)


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
        work = asyncio.create_task(_settled(rig, others, crashing))
        ordered = await _order_beside(rig, work)
        await work
        await rig.expect_done(ordered, within=180)
        delays = await _delays(rig, ordered)
        ended = time.monotonic()
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
        all_dead_in_s=f"{ended - started:.1f}",
        of_somebody_else=len(ordered),
        median_beyond_the_restart_s=f"{statistics.median(delays):.2f}",
        slowest_beyond_the_restart_s=f"{max(delays):.2f}",
        delayed_over_1s=sum(one > 1 for one in delays),
    )
