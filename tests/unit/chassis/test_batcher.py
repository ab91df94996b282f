import asyncio
from collections.abc import Sequence

import pytest

from chassis.batcher import Batcher
from chassis.retry import DEFAULT_RETRY, DELAYS, Retry, at_least


class Sender:
    """Takes batches, and refuses the items that say so."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    async def __call__(self, items: list[str]) -> Sequence[str | Exception]:
        self.batches.append(items)
        await asyncio.sleep(0)
        if "broken" in items:
            raise OSError("away")
        return [ValueError(item) if item.startswith("bad") else f"{item} sent" for item in items]


async def test_every_item_is_sent_once_and_each_caller_gets_its_own_outcome() -> None:
    sender = Sender()
    batcher = Batcher(sender)
    items = [f"{'bad' if number % 7 == 0 else 'good'}-{number}" for number in range(1200)]
    async with asyncio.timeout(10):
        ends = await asyncio.gather(*(batcher.add(item) for item in items), return_exceptions=True)
    assert [item for batch in sender.batches for item in batch] == items
    assert max(map(len, sender.batches)) <= 500
    assert [isinstance(end, ValueError) for end in ends] == [item.startswith("bad") for item in items]
    assert all(end == f"{item} sent" for end, item in zip(ends, items, strict=True) if item.startswith("good"))


async def test_what_sending_raises_is_for_all_of_the_batch_and_the_next_goes_on() -> None:
    batcher = Batcher(Sender())
    ends = await asyncio.gather(batcher.add("broken"), batcher.add("good"), return_exceptions=True)
    assert [type(end) for end in ends] == [OSError, OSError]
    await batcher.add("good")


def test_a_failed_delivery_climbs_the_ladder_and_ends() -> None:
    assert [DEFAULT_RETRY.delay_after(attempts) for attempts in range(1, 9)] == [*DELAYS, None]
    assert Retry(()).delay_after(1) is None
    assert list(DELAYS) == sorted(set(DELAYS))


@pytest.mark.parametrize(("asked", "given"), [(0, 1), (1, 1), (2, 5), (30, 30), (31, 120), (99_999, 7200)])
def test_the_delay_is_never_shorter_than_asked_for(asked: int, given: int) -> None:
    assert at_least(asked) == given
