"""T20: what cannot be taken is answered, kept whole among the dead, never tried again, and holds nobody up."""

import asyncio
from collections import Counter

from tests.faults.cms import REJECTED, Cms
from tests.faults.house import House
from tests.faults.poison import variants
from tests.support.eventually import eventually
from tests.support.measures import Measures


async def test_t20_poison_is_answered_and_kept_and_holds_nobody_up(
    house: House, cms: Cms, prefix: str, deliveries: int, measures: Measures
) -> None:
    poison = {f"poison-{prefix}{number}": one for number, one in enumerate(variants(prefix))}
    assert len(poison) >= 200
    ids = [f"{prefix}{number}" for number in range(deliveries)]
    tell = (cms.tell(name, body, message_id) for message_id, (name, body, _) in poison.items())
    await asyncio.gather(*tell, cms.delegate(ids))
    settled = await house.settle(cms, ids)
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
        answered=len(poison),
        kept=len(kept),
        tried_again=sum(row["attempts"] > 1 for row in kept),
        codes=dict(Counter(row["code"] for row in kept)),
        others=len(ids),
        others_lost=settled["lost"],
        slowest_of_the_others_s=f"{max(cms.took[one] for one in ids):.1f}",
    )
