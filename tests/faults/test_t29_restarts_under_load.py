"""T29: a service that is asked to end finishes what it has begun: nothing is lost, nothing begun twice."""

import asyncio
import os
import signal
import time

from commands.parts.processes import birth
from tests.faults.conftest import RigMaker
from tests.support.eventually import eventually
from tests.support.measures import Measures

RESTARTS = 8


async def test_t29_rolling_restarts_lose_nothing_and_begin_nothing_twice(
    rig_of: RigMaker, deliveries: int, measures: Measures
) -> None:
    async with rig_of() as rig:
        longest = 0.0
        orders: list[str] = []
        for turn in range(RESTARTS):
            await rig.ready()
            batch = range(deliveries * turn // RESTARTS, deliveries * (turn + 1) // RESTARTS)
            orders += await rig.orders((f"slow-{number}" for number in batch), "slow", 1)
            await asyncio.sleep(0.2)
            longest = max(longest, await _end(rig.pid))
        await rig.expect_done(orders)
        left = await rig.end()
        starts, dead, exits = await rig.starts(), await rig.dead(), rig.exits
        lost = await rig.lost()
    begun_twice = sum(count > 1 for count in starts.values())
    assert left == 0
    assert set(exits) == {0}
    assert not begun_twice
    assert not dead
    assert not lost
    measures.report(
        "T29",
        attempted=deliveries,
        restarts=len(exits),
        lost=lost,
        begun_twice=begun_twice,
        exit_codes=sorted(set(exits)),
        longest_exit_s=f"{longest:.1f}",
    )


async def _end(pid: int) -> float:
    """Asks a process to end; how long it took."""
    asked, born = time.monotonic(), birth(pid)
    os.kill(pid, signal.SIGTERM)
    await eventually(lambda: birth(pid) != born, within=40)
    return time.monotonic() - asked
