"""T31: a handler that exceeds its time, or ends as if cancelled, is tried again: nothing stays unanswered."""

from chassis import retry
from tests.faults.conftest import RigMaker
from tests.support.measures import Measures

ATTEMPTS = 3


async def test_t31_a_handler_that_hangs_or_is_cancelled_is_tried_again(
    rig_of: RigMaker, deliveries: int, measures: Measures
) -> None:
    async with rig_of(delays=(1,) * (ATTEMPTS - 1), timeout_seconds=1) as rig:
        hanging = await rig.orders((f"hangs-once-{number}" for number in range(4)), "hang", 1)
        cancelled = await rig.orders((f"cancelled-once-{number}" for number in range(4)), "cancel", 1)
        hopeless = [
            *await rig.orders(["always-hangs-1", "always-hangs-2"], "hang"),
            *await rig.orders(["always-cancelled-1", "always-cancelled-2"], "cancel"),
        ]
        others = await rig.orders(f"well-{number}" for number in range(deliveries))
        await rig.expect_done([*hanging, *cancelled, *others])
        await rig.expect_dead(hopeless)
        left = await rig.end()
        starts, dead = await rig.starts(), await rig.dead()
        lost = await rig.lost()
    assert left == 0
    assert {starts[order] for order in (*hanging, *cancelled)} == {2}
    assert {starts[order] for order in hopeless} == {ATTEMPTS}
    assert dead.keys() == set(hopeless)
    assert {dead[order].headers[retry.HEADER_REASON] for order in hopeless} == {"TimeoutError", "HandlerCancelled"}
    assert not lost
    measures.report(
        "T31",
        attempted=len(others) + len(hanging) + len(cancelled) + len(hopeless),
        tried_again=len(hanging) + len(cancelled),
        dead=len(dead),
        left_unanswered=left,
        lost=lost,
    )
