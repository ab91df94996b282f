"""T6: services are killed between an effect and its acknowledgement: delivered again, the effect stays one."""

from tests.faults.cms import Cms
from tests.faults.failpoints import killed_at
from tests.faults.house import House
from tests.support.measures import Measures


async def test_t06_killed_between_the_effect_and_its_acknowledgement(
    house: House, cms: Cms, prefix: str, deliveries: int, measures: Measures
) -> None:
    points = {f"{service}.before-ack": (0.02, 1) for service in ("tasks", "forms", "notify")}
    await killed_at(points, test="T6", house=house, cms=cms, prefix=prefix, measures=measures, of=deliveries)
