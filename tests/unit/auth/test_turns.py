"""Fair turns: much from one asker delays another by one turn, and those who are known by none."""

import asyncio
from collections.abc import Sequence

import pytest

from services.auth.usecases.turns import Turns


async def order_of(askers: Sequence[tuple[str, bool]]) -> list[str]:
    """In which order they are served who come in this one, while the only place is taken."""
    turns, served = Turns(1, 5), list[str]()

    async def work(asker: str, *, is_known: bool) -> None:
        await turns.take(asker, is_known=is_known)
        served.append(asker)
        turns.give_back()

    await turns.take("first")
    waiting = [asyncio.create_task(work(asker, is_known=is_known)) for asker, is_known in askers]
    await asyncio.sleep(0)
    turns.give_back()
    await asyncio.gather(*waiting)
    return served


async def test_each_asker_is_served_in_turn_however_many_one_of_them_sends() -> None:
    askers = [("flood", False)] * 4 + [("person", False), ("other", False)]
    assert await order_of(askers) == ["flood", "person", "other", "flood", "flood", "flood"]


async def test_whoever_is_known_comes_first() -> None:
    assert await order_of([("flood", False), ("crowd", False), ("owner", True)]) == ["owner", "flood", "crowd"]


async def test_no_place_is_lost_by_those_who_give_up() -> None:
    turns = Turns(1, 0.01)
    await turns.take("first")
    with pytest.raises(TimeoutError):
        await turns.take("late")
    left = asyncio.create_task(turns.take("left"))
    await asyncio.sleep(0)
    left.cancel()
    await asyncio.gather(left, return_exceptions=True)
    turns.give_back()
    async with asyncio.timeout(1):
        await turns.take("next")


async def test_a_place_that_is_given_while_its_asker_leaves_goes_to_the_next() -> None:
    turns = Turns(1, 5)
    await turns.take("first")
    leaving = asyncio.create_task(turns.take("leaving"))
    await asyncio.sleep(0)
    turns.give_back()
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    async with asyncio.timeout(1):
        await turns.take("next")
