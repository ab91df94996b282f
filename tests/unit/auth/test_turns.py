"""Fair turns: much from one asker delays another by one turn, and those who are known by none."""

import asyncio

import pytest

from services.auth.usecases.turns import Turns


async def order_of(turns: Turns, askers: list[tuple[str, bool]]) -> list[str]:
    """In which order they are served who come in this one, while the only place is taken."""
    served: list[str] = []

    async def work(asker: str, *, is_known: bool) -> None:
        async with turns.turn(asker, is_known=is_known):
            served.append(asker)

    async with turns.turn("first"):
        waiting = [asyncio.create_task(work(asker, is_known=is_known)) for asker, is_known in askers]
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)
    return served


async def test_each_asker_is_served_in_turn_however_many_one_of_them_sends() -> None:
    askers = [("flood", False)] * 4 + [("person", False), ("other", False)]
    assert await order_of(Turns(1, 5), askers) == ["flood", "person", "other", "flood", "flood", "flood"]


async def test_whoever_is_known_comes_first() -> None:
    askers = [("flood", False), ("crowd", False), ("owner", True)]
    assert await order_of(Turns(1, 5), askers) == ["owner", "flood", "crowd"]


async def test_no_place_is_lost_by_those_who_give_up_or_fail() -> None:
    turns = Turns(2, 0.01)
    async with turns.turn("a"), turns.turn("b"):
        with pytest.raises(TimeoutError):
            async with turns.turn("late"):
                pass
        left = asyncio.create_task(turns.turn("left").__aenter__())
        await asyncio.sleep(0)
        left.cancel()
        await asyncio.gather(left, return_exceptions=True)
    with pytest.raises(ZeroDivisionError):
        async with turns.turn("a"):
            _ = 1 / 0
    async with turns.turn("a"), turns.turn("b"):
        pass


async def test_a_place_that_is_given_while_its_asker_leaves_goes_to_the_next() -> None:
    turns = Turns(1, 5)
    async with turns.turn("first"):
        leaving = asyncio.create_task(turns.turn("leaving").__aenter__())
        await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    async with asyncio.timeout(1), turns.turn("next"):
        pass
