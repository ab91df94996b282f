"""T20: what cannot be taken is answered, kept whole among the dead, never tried again, and holds nobody up."""

import asyncio
import statistics
from collections import Counter

import pytest

from tests.faults.cms import REJECTED, Cms
from tests.faults.house import House
from tests.faults.poison import Poison, variants
from tests.support.eventually import eventually
from tests.support.measures import Measures

pytestmark = pytest.mark.alone

_PACE_SECONDS = 0.05
_EVERY = 5


def _beside(delegation_id: str) -> str:
    return f"{delegation_id}-beside"


async def _deal(cms: Cms, other: Cms, ids: list[str], poison: dict[str, Poison]) -> list[str]:
    """Poison among whole delegations of its council, at a steady pace; beside every fifth one of another council.

    Gives those that have one beside them.
    """
    left = list(poison.items())
    each = len(left) // len(ids) + 1
    async with asyncio.TaskGroup() as group:
        for number, one in enumerate(ids):
            group.create_task(cms.delegate_one(one))
            if number % _EVERY == 0:
                group.create_task(other.delegate_one(_beside(one)))
            for message_id, (name, body, _) in left[number * each : (number + 1) * each]:
                group.create_task(cms.tell(name, body, message_id))
            await asyncio.sleep(_PACE_SECONDS)
    return ids[::_EVERY]


async def test_t20_poison_is_answered_and_kept_and_holds_nobody_up(
    house: House, cms: Cms, prefix: str, deliveries: int, measures: Measures
) -> None:
    poison = {f"poison-{prefix}{number}": one for number, one in enumerate(variants(prefix))}
    assert len(poison) >= 200
    ids = [f"{prefix}{number}" for number in range(deliveries)]
    async with Cms.of("oxfordshire", house.amqp_of("oxfordshire")) as other:
        pairs = await _deal(cms, other, ids, poison)
        await other.expect_accepted(map(_beside, pairs), within=120)
        settled = await house.settle(cms, ids)
        # What the machine does to one council's it does to the other's at the same moment; the rest is the poison's.
        delays = [cms.took[one] - other.took[_beside(one)] for one in pairs]
        elsewhere = [other.took[_beside(one)] for one in pairs]
    await eventually(lambda: poison.keys() <= cms.bodies[REJECTED].keys(), within=120)
    dead = await house.dead()
    wrong = [
        (message_id, wanted, cms.bodies[REJECTED][message_id]["code"], dead.get(message_id))
        for message_id, (_, _, wanted) in poison.items()
        if {wanted} != {cms.bodies[REJECTED][message_id]["code"], dead.get(message_id, {}).get("code")}
    ]
    assert not wrong, wrong[:5]
    kept = [dead[message_id] for message_id in poison]
    assert {row["attempts"] for row in kept} == {1}
    assert all(row["reason"] for row in kept)
    measures.report(
        "T20",
        attempted=len(poison),
        answered=len(poison.keys() & cms.bodies[REJECTED].keys()),
        kept=len(kept),
        tried_again=sum(row["attempts"] > 1 for row in kept),
        codes=dict(Counter(row["code"] for row in kept)),
        others=len(ids),
        others_lost=settled["lost"],
        others_dead=len(dead.keys() & {f"request-of-{one}" for one in ids}),
        median_s=f"{statistics.median(cms.took[one] for one in ids):.2f}",
        slowest_s=f"{max(cms.took[one] for one in ids):.2f}",
        over_1s=sum(cms.took[one] > 1 for one in ids),
        of_another_council_over_1s=sum(one > 1 for one in elsewhere),
        median_delay_by_poison_s=f"{statistics.median(delays):.2f}",
        slowest_delay_by_poison_s=f"{max(delays):.2f}",
        delayed_over_1s=sum(one > 1 for one in delays),
    )
    # What waited for poison would be all that stood behind it; single ones wait for a busy machine too.
    assert statistics.median(delays) < 1, "poison held its neighbours up"
