"""T19: the same delegation comes again under the same message id with another body: the first one counts."""

from tests.faults.cms import REJECTED, Cms
from tests.faults.house import House
from tests.support.eventually import eventually
from tests.support.measures import Measures


async def test_t19_the_first_body_counts_and_the_second_is_rejected(
    house: House, cms: Cms, prefix: str, deliveries: int, measures: Measures
) -> None:
    ids = [f"{prefix}{number}" for number in range(deliveries)]
    dead = await house.count_dead()
    await cms.delegate(ids, comments="The first")
    await house.settle(cms, ids)
    await cms.delegate(ids, comments="The second")
    await eventually(lambda: len(cms.answers[REJECTED].keys() & set(ids)) == deliveries, within=120)
    rejections = [body for body in cms.bodies[REJECTED].values() if body.get("delegation_id") in set(ids)]
    assert {task.comments for task in await house.tasks({"delegation_id": {"$regex": f"^{prefix}"}})} == {"The first"}
    assert {(body["code"], body["field"]) for body in rejections} == {("delegation_differs", "/delegation_id")}

    async def are_buried() -> bool:
        return await house.count_dead() >= dead + deliveries

    # The council is answered first, the message buried after. What was sent again, unconfirmed, is buried twice.
    await eventually(are_buried, within=120, every=0.5)
    assert {f"request-of-{one}" for one in ids} <= (await house.dead()).keys()
    settled = await house.settle(cms, ids)
    measures.report("T19", attempted=2 * deliveries, kept=deliveries, rejected=len(rejections), **settled)
