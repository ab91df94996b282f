"""T5: tasks is killed between a confirm and the clearing of its outbox: told twice perhaps, and of effect once."""

from tests.faults.cms import Cms
from tests.faults.failpoints import killed_at
from tests.faults.house import House
from tests.support.measures import Measures


async def test_t05_killed_between_the_confirm_and_the_clearing(
    house: House, cms: Cms, prefix: str, deliveries: int, measures: Measures
) -> None:
    points = {"tasks.before-clear": (0.02, 2)}
    twice = await killed_at(points, test="T5", house=house, cms=cms, prefix=prefix, measures=measures, of=deliveries)
    assert twice, "no confirmed answer was told again: the kills came at another point"
