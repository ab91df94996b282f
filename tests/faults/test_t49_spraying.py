"""T49: one password for many people, from one network and from fifty."""

import asyncio
from collections import Counter
from urllib.request import urlopen
from uuid import uuid4

import pytest

from tests.faults.house import House
from tests.faults.strangers import Stranger
from tests.support.measures import Measures

pytestmark = pytest.mark.alone

GUESSES = 120
NETWORKS = 50
EACH = 25
AT_ONCE = 5


async def spray(house: House, number: int, guesses: int) -> Counter[int]:
    """One guess for each of so many people, from one network, at once; how often each status was the answer."""
    async with Stranger.at(house.portal.gateway, number) as stranger:
        people = [f"{uuid4().hex[:10]}@school.example" for _ in range(guesses)]
        return Counter(await asyncio.gather(*(stranger.guess(email) for email in people)))


def alarms(house: House) -> float:
    """How often auth has said that a limit was reached."""
    with urlopen(f"{house.status['services']['auth']['url']}/metrics", timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    wanted = 'portal_security_events_total{event="limit.reached",outcome="refused"}'
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(wanted))


async def test_t49_twenty_wrong_passwords_a_network_are_looked_at(house: House, measures: Measures) -> None:
    before = alarms(house)
    alone = await spray(house, 8000, GUESSES)
    many: Counter[int] = Counter()
    for first in range(0, NETWORKS, AT_ONCE):
        for found in await asyncio.gather(*(spray(house, 8100 + first + one, EACH) for one in range(AT_ONCE))):
            assert found[401] <= 20
            many += found
    measures.report(
        "T49",
        guesses=GUESSES + NETWORKS * EACH,
        evaluated_from_one_network=f"{alone[401]} of {GUESSES}",
        evaluated_from_fifty=f"{many[401]} of {NETWORKS * EACH}",
        answers_503=alone[503] + many[503],
        alarms=int(alarms(house) - before),
    )
    # 503 where auth is too busy to look: nothing was evaluated.
    assert set(alone) | set(many) <= {401, 429, 503}
    assert alone[401] <= 20
    assert alarms(house) > before
