import asyncio
import threading
import time

from prometheus_client import REGISTRY
from pydantic import BaseModel

from chassis import loop
from tests.support.eventually import eventually


class Part(BaseModel):
    inside: list["Part"]


def _late_by_more_than(seconds: str) -> float:
    late = [REGISTRY.get_sample_value("portal_loop_lag_seconds_bucket", {"le": limit}) for limit in ("+Inf", seconds)]
    return (late[0] or 0) - (late[1] or 0)


async def test_a_loop_that_was_held_up_is_seen_in_the_metric() -> None:
    before = _late_by_more_than("0.1")
    async with loop.watched():
        await asyncio.sleep(0)
        time.sleep(0.5)  # noqa: ASYNC251 - what must never happen
        await eventually(lambda: _late_by_more_than("0.1") > before)


async def test_work_on_much_leaves_the_loop_and_work_on_little_does_not() -> None:
    here = threading.get_ident()
    assert await loop.work(loop.LARGE, threading.get_ident) == here
    assert await loop.work(loop.LARGE + 1, threading.get_ident) != here


def test_what_was_read_weighs_its_text_and_each_of_its_parts() -> None:
    assert loop.weight("x" * 1000) == loop.weight(b"x" * 1000) == 1000
    assert loop.weight({"a": ["xx", "y"], "b": (None, 1.5)}) > 6 * 100
    assert loop.weight(Part(inside=[Part(inside=[]), Part(inside=[])])) > 5 * 100
    assert loop.weight([[]] * 3000) > loop.LARGE


def test_what_is_much_is_not_counted_to_its_end() -> None:
    assert loop.weight(["x" * loop.LARGE] * 9) < 3 * loop.LARGE
