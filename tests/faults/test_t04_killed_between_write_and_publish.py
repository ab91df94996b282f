"""T4: tasks is killed between a write and its publishing: what was written is told after the restart."""

from tests.faults.cms import Cms
from tests.faults.failpoints import killed_at
from tests.faults.house import House
from tests.support.measures import Measures


async def test_t04_killed_between_the_write_and_its_publishing(
    house: House, cms: Cms, prefix: str, deliveries: int, measures: Measures
) -> None:
    points = {"tasks.before-publish": (0.03, 2)}
    await killed_at(points, test="T4", house=house, cms=cms, prefix=prefix, measures=measures, of=deliveries)
