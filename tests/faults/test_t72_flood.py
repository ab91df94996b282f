"""T72: while one council floods the portal, whatever with, another's delegations are taken as ever."""

import asyncio
import os
import signal
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.faults.cms import ACCEPTED, REJECTED, Cms
from tests.faults.flood import KINDS, poured
from tests.faults.house import House
from tests.support.eventually import eventually
from tests.support.measures import Measures

pytestmark = pytest.mark.alone

FLOOD = {"valid": 3, "invalid": 3, "large": 0.12}
"""How many messages, by the deliveries of a run."""
DAMMED = {"valid": 300, "invalid": 1500, "large": 60}
"""Many more than two consumers have in work at a time, and than they refuse while the other one is taken."""
_PACE_SECONDS = 0.25


@contextmanager
def _held(house: House, *parts: str) -> Iterator[None]:
    """These parts stand still, and go on as if nothing had been."""
    pids = [house.portal.kill(part, signal.SIGSTOP) for part in parts]
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


async def _beside(other: Cms, prefix: str, pour: asyncio.Task[int], answered: Callable[[], int]) -> dict[str, int]:
    """The ids of the other council's delegations, one after the other at a steady pace while it pours.

    With each, how much of the flood was answered between its sending and its acceptance.
    """
    waiting: dict[str, asyncio.Task[int]] = {}
    while not pour.done() or not waiting:
        one = f"{prefix}{len(waiting)}"
        await other.delegate_one(one)
        waiting[one] = asyncio.create_task(_first_served(other, one, answered))
        await asyncio.sleep(_PACE_SECONDS)
    return {one: await served for one, served in waiting.items()}


async def _first_served(other: Cms, one: str, answered: Callable[[], int]) -> int:
    before = answered()
    await other.expect_accepted([one], within=180)
    return answered() - before


def _answered(cms: Cms, prefix: str) -> int:
    """How much of the flood this council has an answer to."""
    taken = sum(one.startswith(prefix) for one in cms.answers[ACCEPTED])
    return taken + sum(message_id.startswith(prefix) for message_id in cms.bodies[REJECTED])


async def _is_worked_off(cms: Cms, prefix: str, number: int) -> bool:
    return _answered(cms, prefix) >= number


@pytest.fixture(params=KINDS)
def flood(request: pytest.FixtureRequest, deliveries: int) -> tuple[str, int]:
    """What is poured, and how much of it."""
    return request.param, int(FLOOD[request.param] * deliveries)


async def test_t72_a_flood_of_one_council_delays_no_other(
    house: House, cms: Cms, prefix: str, measures: Measures, flood: tuple[str, int]
) -> None:
    (kind, number), url = flood, house.amqp_of("bristol")
    async with Cms.of("oxfordshire", house.amqp_of("oxfordshire")) as other:
        quiet = [f"{prefix}quiet-{each}" for each in range(8)]
        for one in quiet:
            await other.delegate_one(one)
            await other.expect_accepted([one], within=60)
        pour = asyncio.create_task(poured(url, kind, f"{prefix}flood-", number))
        first = await _beside(other, f"{prefix}beside-", pour, lambda: _answered(cms, f"{prefix}flood-"))
        behind, ids = number - _answered(cms, f"{prefix}flood-"), list(first)
        await eventually(lambda: _is_worked_off(cms, f"{prefix}flood-", number), within=240)
    took = [other.took[one] for one in ids]
    measures.report(
        "T72",
        flood=kind,
        poured=await pour,
        behind_when_poured=behind,
        others=len(ids),
        others_lost=len(set(ids) - other.accepted(ids)),
        flood_served_first=f"{statistics.median(first.values()):.0f}",
        tasks_peak_mb=max(house.peak_mb(part) for part in ("tasks", "tasks-2")),
        quiet_median_s=f"{statistics.median(other.took[one] for one in quiet):.2f}",
        median_s=f"{statistics.median(took):.2f}",
        slowest_s=f"{max(took):.2f}",
        delayed_over_1s=sum(one > 1 for one in took),
    )
    assert statistics.median(first.values()) < number / 3, "the other council waited behind the flood"


@pytest.mark.parametrize("kind", KINDS)
async def test_t72_what_a_council_sends_overtakes_what_another_has_sent_before(
    house: House, cms: Cms, prefix: str, measures: Measures, kind: str
) -> None:
    number, url = DAMMED[kind], house.amqp_of("bristol")
    async with Cms.of("oxfordshire", house.amqp_of("oxfordshire")) as other:
        with _held(house, "tasks", "tasks-2"):
            await poured(url, kind, prefix, number)
            await other.delegate_one(f"{prefix}behind")
        await other.expect_accepted([f"{prefix}behind"], within=180)
        before = _answered(cms, prefix)
        await eventually(lambda: _is_worked_off(cms, prefix, number), within=240)
    peak = max(house.peak_mb(part) for part in ("tasks", "tasks-2"))
    measures.report("T72", dammed=kind, ahead=number, answered_before_the_other=before, tasks_peak_mb=peak)
    assert before < number / 3, "the other council waited behind the flood"
