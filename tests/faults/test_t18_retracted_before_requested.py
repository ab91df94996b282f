"""T18: a retraction overtakes its request: the form reaches nobody's list, and nobody is told of it."""

import asyncio

from chassis.outbox import task_id_of
from tests.faults.cms import Cms
from tests.faults.house import House
from tests.support.eventually import eventually
from tests.support.measures import Measures

RETRACTED = "council.delegation.retracted.v1"


async def test_t18_what_is_retracted_before_it_is_requested_reaches_nobody(
    house: House, cms: Cms, prefix: str, deliveries: int, measures: Measures
) -> None:
    ids = [f"{prefix}{number}" for number in range(deliveries)]
    tasks = house.motor["portal_tasks"]["tasks"]
    mine = {"_id": {"$in": [task_id_of("bristol", one) for one in ids]}}

    async def retractions_are_known() -> bool:
        await asyncio.sleep(0.5)
        return bool(await tasks.count_documents(mine) == deliveries)

    await asyncio.gather(*(cms.tell(RETRACTED, {"delegation_id": one}, f"retraction-of-{one}") for one in ids))
    await eventually(retractions_are_known, within=120)
    await cms.delegate(ids)
    await cms.expect_accepted(ids, within=120)
    await eventually(house.nothing_waits, within=60)
    states = {task["state"] async for task in tasks.find(mine, {"state": 1})}
    effects = await house.effects(ids)
    assert states == {"retracted"}
    assert (effects.tasks, effects.contributions, effects.emails) == (deliveries, 0, 0)
    measures.report(
        "T18",
        attempted=deliveries,
        retracted=effects.tasks,
        shown=effects.contributions,
        emails=effects.emails,
        lost=deliveries - effects.tasks,
    )
