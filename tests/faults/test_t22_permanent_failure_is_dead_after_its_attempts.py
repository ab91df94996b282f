"""T22: what always fails is dead after exactly its attempts, with the reason; the queue flows on meanwhile."""

from chassis import retry
from tests.faults.conftest import RigMaker
from tests.support.measures import Measures

DELAYS = (1, 1, 1)


async def test_t22_a_permanent_failure_is_dead_after_exactly_its_attempts(
    rig_of: RigMaker, deliveries: int, measures: Measures
) -> None:
    async with rig_of(delays=DELAYS) as rig:
        failing = await rig.orders((f"failing-{number}" for number in range(8)), "fail")
        refused = await rig.orders((f"refused-{number}" for number in range(8)), "refuse")
        others = await rig.orders(f"well-{number}" for number in range(deliveries))
        await rig.expect_done(others)
        await rig.expect_dead([*failing, *refused])
        left = await rig.end()
        starts, dead = await rig.starts(), await rig.dead()
        lost = await rig.lost()
    attempts = len(DELAYS) + 1
    assert left == 0
    assert {starts[order] for order in failing} == {attempts}
    assert {starts[order] for order in refused} == {1}
    assert dead.keys() == {*failing, *refused}
    assert {dead[order].headers[retry.HEADER_ATTEMPTS] for order in failing} == {attempts}
    assert {dead[order].headers[retry.HEADER_CODE] for order in failing} == {"failed"}
    assert {dead[order].headers[retry.HEADER_REASON] for order in failing} == {"RuntimeError"}
    assert {dead[order].headers[retry.HEADER_CODE] for order in refused} == {"ordered"}
    assert not lost
    measures.report(
        "T22",
        attempted=len(others) + 16,
        done=len(others),
        dead=len(dead),
        attempts_of_the_failing=attempts,
        attempts_of_the_refused=1,
        lost=lost,
    )
