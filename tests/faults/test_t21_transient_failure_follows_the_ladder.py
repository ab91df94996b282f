"""T21: what fails for a while is tried again after each rung of the ladder, and then succeeds."""

from tests.faults.conftest import RigMaker
from tests.support.measures import Measures

LADDER = (1, 5)


async def test_t21_a_transient_failure_follows_the_retry_ladder(
    rig_of: RigMaker, deliveries: int, measures: Measures
) -> None:
    async with rig_of(delays=LADDER) as rig:
        others = await rig.orders(f"well-{number}" for number in range(deliveries))
        once = await rig.orders((f"once-{number}" for number in range(4)), "fail", 1)
        twice = await rig.orders((f"twice-{number}" for number in range(4)), "fail", 2)
        await rig.expect_done([*others, *once, *twice])
        starts = await rig.starts()
        waits = [
            (later - earlier, delay)
            for order in (*once, *twice)
            for earlier, later, delay in _pairs(await rig.times_of(order))
        ]
        dead = await rig.dead()
        lost = await rig.lost()
    assert {starts[order] for order in once} == {2}
    assert {starts[order] for order in twice} == {3}
    assert {starts[order] for order in others} == {1}
    assert all(waited >= delay for waited, delay in waits), waits
    assert not dead
    worst = max(waited / delay for waited, delay in waits)
    assert not lost
    measures.report(
        "T21",
        attempted=deliveries + 8,
        failed_for_a_while=8,
        lost=lost,
        dead=len(dead),
        rungs=LADDER,
        longest_wait_of_its_rung=f"{worst:.2f}",
    )


def _pairs(times: list[float]) -> list[tuple[float, float, int]]:
    return list(zip(times, times[1:], LADDER, strict=False))
