"""T20, properties: what no client library can decode is answered and kept, and takes no consumer and no neighbour."""

import asyncio
import statistics
from collections import Counter
from typing import Any

import pytest

from tests.faults.cms import REQUESTED, Cms
from tests.faults.house import REPLICAS, House
from tests.faults.poison import properties
from tests.support.council import request
from tests.support.eventually import eventually
from tests.support.measures import Measures

pytestmark = pytest.mark.alone

EACH = 3
INNOCENTS = 90


async def _watch(house: House, lost: set[str]) -> None:
    while True:
        lost |= {queue for queue, consumers in (await house.consumers()).items() if consumers < REPLICAS}
        await asyncio.sleep(0.2)


async def _send(cms: Cms, other: Cms, prefix: str, poison: dict[str, tuple[dict[str, Any], str]]) -> list[str]:
    """Poison of one council among innocents of another, one beside the other."""
    ids = [f"{prefix}{number}" for number in range(INNOCENTS)]
    for (delegation_id, (bent, _)), innocents in zip(
        poison.items(), (ids[start :: len(poison)] for start in range(len(poison))), strict=True
    ):
        body = request(delegation_id, "p@school.example")
        await cms.tell(REQUESTED, body, delegation_id, bent=bent)
        await other.delegate(innocents)
    return ids


async def test_t20_unreadable_properties_are_answered_and_stop_nobody(
    house: House, cms: Cms, prefix: str, measures: Measures
) -> None:
    dead_before = await house.count_dead()
    poison = {f"{prefix}poison-{number}": one for number, one in enumerate(properties() * EACH)}
    lost: set[str] = set()
    watch = asyncio.create_task(_watch(house, lost))
    async with Cms.of("oxfordshire", house.amqp_of("oxfordshire")) as other:
        ids = await asyncio.wait_for(_send(cms, other, prefix, poison), 120)
        await other.expect_accepted(ids, within=120)

        def answers() -> dict[str, str]:
            rejected = [each for each in cms.rejections if each["delegation_id"] in poison]
            return {each["delegation_id"]: each["code"] for each in rejected}

        await eventually(lambda: answers().keys() == poison.keys(), within=120)
        took = [other.took[one] for one in ids]
    watch.cancel()
    assert answers() == {delegation_id: code for delegation_id, (_, code) in poison.items()}
    dead = await house.count_dead() - dead_before
    assert dead == len(poison), "somebody else died, or a poison was not kept"
    assert not lost
    measures.report(
        "T20",
        unreadable_properties=len(poison),
        codes=dict(Counter(answers().values())),
        innocents=len(ids),
        innocents_dead=dead - len(poison),
        consumers_lost=len(lost),
        delayed_over_1s=sum(one > 1 for one in took),
        median_s=f"{statistics.median(took):.2f}",
        slowest_s=f"{max(took):.2f}",
    )
