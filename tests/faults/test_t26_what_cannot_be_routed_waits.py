"""T26: what the broker cannot route stays in the outbox, and goes out once somebody is bound to hear it."""

import time

from tests.faults.conftest import RigMaker
from tests.faults.rig import OTHER_TOLD, TOLD
from tests.support.eventually import eventually
from tests.support.measures import Measures


async def test_t26_what_cannot_be_routed_waits_until_somebody_listens(
    rig_of: RigMaker, deliveries: int, measures: Measures
) -> None:
    async with rig_of() as rig:
        orders = await rig.orders((f"tells-{number}" for number in range(deliveries)), "tell")
        await rig.expect_done(orders)
        others = await rig.orders((f"tells-other-{number}" for number in range(20)), "tell-other")
        await rig.expect_done(others)
        await eventually(lambda: rig.are_untold(deliveries + len(others)), within=30)
        # The many that cannot be routed yet do not hold up the few behind them that can.
        await rig.hear(OTHER_TOLD)
        await eventually(lambda: set(rig.heard) == {f"of-{order}" for order in others}, within=60)
        await eventually(lambda: rig.are_untold(deliveries), within=30)
        bound_at = time.monotonic()
        await rig.hear(TOLD)
        wanted = {f"of-{order}" for order in (*orders, *others)}
        await eventually(lambda: set(rig.heard) >= wanted, within=90)
        took = time.monotonic() - bound_at
        await eventually(lambda: rig.are_untold(0), within=30)
        assert set(rig.heard) == wanted
    measures.report(
        "T26",
        attempted=len(wanted),
        held_while_unroutable=len(wanted),
        lost=len(wanted - set(rig.heard)),
        duplicated=len(rig.heard) - len(wanted),
        recovered_in_s=f"{took:.1f}",
    )
