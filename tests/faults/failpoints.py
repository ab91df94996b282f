"""Kills a portal's services at one point of their work, again and again, while a council publishes."""

from tests.faults.cms import Cms
from tests.faults.house import House
from tests.support.eventually import eventually
from tests.support.measures import Measures


async def killed_at(
    points: dict[str, tuple[float, int]], *, test: str, house: House, cms: Cms, prefix: str, measures: Measures, of: int
) -> int:
    """Delegates `of` forms under these kills, checks that each had its effects once; how many answers came twice."""
    ids = [f"{prefix}{number}" for number in range(of)]
    dead = await house.count_dead()
    house.arm(points)
    kills = house.kills_left()
    await cms.delegate(ids)
    await eventually(lambda: house.kills_left() == 0, within=120)
    settled = await house.settle(cms, ids)
    assert await house.count_dead() == dead
    duplicates = cms.duplicates(ids)
    measures.report(
        test,
        attempted=of,
        acknowledged=len(cms.acknowledged.intersection(ids)),
        **settled,
        duplicated=duplicates,
        kills=kills,
        points=" ".join(points),
    )
    return duplicates
