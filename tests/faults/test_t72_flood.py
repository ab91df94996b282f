"""T72: while one council floods the portal, whatever with, another's delegations are taken as ever."""

import asyncio
import json
import statistics
from collections.abc import Iterator

import aio_pika
import pytest

from tests.faults.cms import REQUESTED, Cms
from tests.faults.house import House
from tests.faults.poison import _whole
from tests.support.eventually import eventually
from tests.support.measures import Measures

pytestmark = pytest.mark.alone

FLOOD = 5000
LARGE = 60
_PACE_SECONDS = 0.25
_AT_ONCE = 200


def _valid(prefix: str) -> Iterator[bytes]:
    for number in range(FLOOD):
        yield json.dumps({**_whole(prefix), "delegation_id": f"{prefix}flood-{number}"}).encode()


def _invalid(prefix: str) -> Iterator[bytes]:
    whole = json.dumps(_whole(prefix)).encode()[:-1]
    for number in range(FLOOD):
        yield (b"{", whole + b', "prefill": {"a": 1e999}}', whole + b', "received_on": "9999-12-31"}')[number % 3]


def _large(prefix: str) -> Iterator[bytes]:
    comments = "x" * 15_000_000
    for number in range(LARGE):
        document = {"document_id": "d", "name": "d.pdf", "media_type": "application/pdf", "content_base64": comments}
        body = {**_whole(prefix), "delegation_id": f"{prefix}large-{number}", "documents": [document]}
        yield json.dumps(body if number % 2 else {**body, "form": 7}).encode()


async def _pour(house: House, bodies: Iterator[bytes]) -> int:
    """As fast as the broker takes them."""
    sent = 0
    async with await aio_pika.connect(house.amqp_of("bristol")) as connection:
        channel = await connection.channel(publisher_confirms=True)
        exchange = await channel.get_exchange("council.inbox", ensure=False)
        slots = asyncio.Semaphore(_AT_ONCE)

        async def one(body: bytes, number: int) -> None:
            async with slots:
                message = aio_pika.Message(
                    body, message_id=f"{number}-{id(bodies)}", type=REQUESTED, user_id="bristol", delivery_mode=2
                )
                await exchange.publish(message, f"bristol.{REQUESTED}", timeout=60)

        under_way: set[asyncio.Task[None]] = set()
        for body in bodies:
            if len(under_way) >= _AT_ONCE or len(body) > 1_000_000:
                _, under_way = (
                    await asyncio.wait(under_way, return_when="FIRST_COMPLETED") if under_way else ((), under_way)
                )
            under_way.add(asyncio.create_task(one(body, sent)))
            sent += 1
        if under_way:
            await asyncio.wait(under_way)
    return sent


async def _waiting(house: House) -> int:
    return (await house._counts(["tasks.open-task.from.bristol"]))["tasks.open-task.from.bristol"]


async def _beside(house: House, other: Cms, prefix: str, pour: asyncio.Task[int]) -> tuple[list[str], int, int]:
    """The other council's delegations at a steady pace while it pours, and one more right afterwards.

    Gives their ids, how many of the flood waited at most, and how many still did when that last one was accepted.
    """
    ids: list[str] = []
    most = 0
    while not pour.done():
        ids.append(f"{prefix}{len(ids)}")
        await other.delegate_one(ids[-1])
        most = max(most, await _waiting(house))
        await asyncio.sleep(_PACE_SECONDS)
    ids.append(f"{prefix}{len(ids)}")
    await other.delegate_one(ids[-1])
    await other.expect_accepted(ids[-1:], within=180)
    return ids, most, await _waiting(house)


@pytest.mark.parametrize("kind", ["valid", "invalid", "large"])
async def test_t72_a_flood_of_one_council_holds_up_no_other(
    house: House, prefix: str, measures: Measures, kind: str
) -> None:
    bodies = {"valid": _valid, "invalid": _invalid, "large": _large}[kind](prefix)
    async with (
        Cms.of("bristol", house.amqp_of("bristol")),
        Cms.of("oxfordshire", house.amqp_of("oxfordshire")) as other,
    ):
        quiet = [f"{prefix}quiet-{number}" for number in range(8)]
        for one in quiet:
            await other.delegate_one(one)
            await other.expect_accepted([one], within=60)
        pour = asyncio.create_task(_pour(house, bodies))
        ids, most, left = await _beside(house, other, prefix, pour)
        await other.expect_accepted(ids, within=180)
        took = [other.took[one] for one in ids]
        await eventually(lambda: _is_worked_off(house), within=240)
    measures.report(
        "T72",
        flood=kind,
        poured=await pour,
        most_waiting=most,
        still_waiting_when_the_other_was_accepted=left,
        others=len(ids),
        others_lost=len(set(ids) - other.accepted(ids)),
        quiet_median_s=f"{statistics.median(other.took[one] for one in quiet):.2f}",
        median_s=f"{statistics.median(took):.2f}",
        slowest_s=f"{max(took):.2f}",
        delayed_over_1s=sum(one > 1 for one in took),
    )
    # Behind one another in one queue, nothing would wait any more by then.
    assert left or most < len(took), "the other council waited behind the flood"


async def _is_worked_off(house: House) -> bool:
    return not await _waiting(house)
