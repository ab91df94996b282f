"""What is due is done in its order, at least once, by one replica; what was done or cancelled stays so."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from pymongo import UpdateOne
from pymongo.errors import AutoReconnect

from chassis import clock, loop, schedule
from chassis.batcher import Batcher
from chassis.database import Database
from chassis.schedule import Entry, Schedule, Scheduled
from tests.support.eventually import eventually


@pytest.fixture
async def entries(inner: Database, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(schedule, "_POLL_SECONDS", 0.01)
    await Schedule(inner.collection("schedule")).prepare()
    return inner.collection("schedule")


def entry(name: str, **from_now: float) -> Entry:
    return Entry("remind", "bristol", (name,), clock.now() + timedelta(**from_now), {"task_id": name})


async def note(entry: Entry, done: list[str]) -> None:
    done.append(entry.about["task_id"])


NOTING = [Scheduled("remind", note)]


async def test_what_is_due_is_done_in_its_order_and_what_is_not_waits_for_the_clock(
    entries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    await Schedule(entries).plan(entry("late", days=3), entry("second", hours=-1), entry("first", hours=-2))
    async with loop.beside(Schedule(entries).work(NOTING, "unit", done)):
        await eventually(lambda: entries.count_documents({"state": "done"}))
        await eventually(lambda: done == ["first", "second"])
        in_a_week = clock.now() + timedelta(days=7)
        monkeypatch.setattr(clock, "now", lambda: in_a_week)
        await eventually(lambda: done == ["first", "second", "late"])


async def test_planned_twice_or_again_when_it_is_done_it_is_done_once(entries: Any) -> None:
    done: list[str] = []
    await asyncio.gather(*(Schedule(entries).plan(entry("a", hours=-1), entry("b", hours=-1)) for _ in range(3)))
    async with loop.beside(Schedule(entries).work(NOTING, "unit", done)):
        await eventually(lambda: entries.count_documents({"state": "done"}), within=20)
        await eventually(lambda: len(done) == 2)
        await Schedule(entries).plan(entry("a", hours=-1), entry("last", hours=-1))
        await eventually(lambda: "last" in done)
    assert sorted(done) == ["a", "b", "last"]


async def test_what_is_cancelled_is_not_done_whichever_comes_first_and_what_is_done_stays_done(entries: Any) -> None:
    done: list[str] = []
    await Schedule(entries).plan(entry("before", hours=-1))
    await Schedule(entries).cancel(entry("before", hours=-1), entry("after", hours=-1))
    await Schedule(entries).plan(entry("after", hours=-1), entry("kept", hours=-1))
    async with loop.beside(Schedule(entries).work(NOTING, "unit", done)):
        await eventually(lambda: entries.find_one({"state": "done"}))
    await Schedule(entries).cancel(entry("kept", hours=-1))
    assert done == ["kept"]
    assert await entries.count_documents({"state": "done"}) == 1


async def test_replicas_share_what_is_due(entries: Any) -> None:
    done: list[str] = []
    await Schedule(entries).plan(*(entry(f"e-{number}", hours=-1) for number in range(20)))

    async def slowly(one: Entry, done: list[str]) -> None:
        await asyncio.sleep(0)
        await note(one, done)

    works = [Schedule(entries).work([Scheduled("remind", slowly)], "unit", done) for _ in range(4)]
    async with loop.beside(works[0]), loop.beside(works[1]), loop.beside(works[2]), loop.beside(works[3]):
        await eventually(lambda: len(done) >= 20)
        await eventually(lambda: _all_done(entries))
    assert sorted(done) == sorted(f"e-{number}" for number in range(20))


async def _all_done(entries: Any) -> bool:
    return not await entries.count_documents({"state": "planned"})


async def test_one_that_fails_holds_up_nobody_and_is_tried_again_later(
    entries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    fails = True

    async def fail_first(one: Entry, done: list[str]) -> None:
        if fails and one.about["task_id"] == "bad":
            raise ZeroDivisionError
        await note(one, done)

    await Schedule(entries).plan(entry("bad", hours=-2), entry("good", hours=-1))
    async with loop.beside(Schedule(entries).work([Scheduled("remind", fail_first)], "unit", done)):
        await eventually(lambda: done == ["good"])
        fails = False
        later = clock.unmoved() + timedelta(seconds=6)
        monkeypatch.setattr(clock, "unmoved", lambda: later)
        await eventually(lambda: done == ["good", "bad"])


async def test_some_take_long_and_the_others_go_on_side_by_side(entries: Any) -> None:
    done: list[str] = []
    at_once: list[int] = []
    goes_on, under_way = asyncio.Event(), set[str]()

    async def slowly(one: Entry, done: list[str]) -> None:
        under_way.add(one.about["task_id"])
        at_once.append(len(under_way))
        if one.about["task_id"].startswith("slow"):
            await goes_on.wait()
        await asyncio.sleep(0)
        under_way.discard(one.about["task_id"])
        await note(one, done)

    slow = [entry(f"slow-{number}", hours=-2) for number in range(schedule._SIDE_BY_SIDE - 1)]
    others = [entry(f"other-{number}", hours=-1) for number in range(30)]
    await Schedule(entries).plan(*slow, *others)
    async with loop.beside(Schedule(entries).work([Scheduled("remind", slowly)], "unit", done)):
        await eventually(lambda: len(done) == len(others))
        assert {name.partition("-")[0] for name in done} == {"other"}
        goes_on.set()
        await eventually(lambda: _all_done(entries))
    assert len(done) == len(slow) + len(others)
    assert max(at_once) <= schedule._SIDE_BY_SIDE


async def test_what_is_about_the_same_thing_is_done_in_its_order_one_after_the_other(entries: Any) -> None:
    done: list[str] = []
    under_way: list[str] = []

    async def one_by_one(one: Entry, done: list[str]) -> None:
        assert under_way == []
        under_way.append(one.about["step"])
        await asyncio.sleep(0.01)
        under_way.clear()
        done.append(one.about["step"])

    due = clock.now() - timedelta(hours=1)
    steps = [str(step) for step in range(12)]
    await Schedule(entries).plan(
        *(
            Entry("remind", "bristol", ("t-1", step), due + timedelta(minutes=int(step)), {"step": step})
            for step in reversed(steps)
        )
    )
    async with loop.beside(Schedule(entries).work([Scheduled("remind", one_by_one)], "unit", done)):
        await eventually(lambda: len(done) == len(steps))
    assert done == steps


async def test_what_cannot_be_marked_is_done_again_and_the_others_go_on(
    entries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    await Schedule(entries).plan(entry("first", hours=-2), entry("second", hours=-1))
    own, is_away = Schedule(entries), True
    change_all = own._change_all

    async def write(changes: list[UpdateOne]) -> list[Exception | None]:
        if is_away:
            raise AutoReconnect
        return await change_all(changes)

    own._changes = Batcher(write)
    async with loop.beside(own.work(NOTING, "unit", done)):
        await eventually(lambda: done == ["first", "second"])
        is_away = False
        await own.plan(entry("third", hours=-1))
        await eventually(lambda: done == ["first", "second", "third"])
        later = clock.unmoved() + timedelta(seconds=61)
        monkeypatch.setattr(clock, "unmoved", lambda: later)
        await eventually(lambda: done == ["first", "second", "third", "first", "second"])
        await eventually(lambda: _all_done(entries))


async def test_what_a_dead_replica_held_is_taken_up_by_another(entries: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = asyncio.Event()

    async def die(_: Entry, __: list[str]) -> None:
        begun.set()
        await asyncio.Event().wait()

    done: list[str] = []
    await Schedule(entries).plan(entry("held", hours=-1))
    async with loop.beside(Schedule(entries).work([Scheduled("remind", die)], "unit", done)):
        await begun.wait()
    later = clock.unmoved() + timedelta(seconds=61)
    async with loop.beside(Schedule(entries).work(NOTING, "unit", done)):
        await entries.find_one({})
        assert done == []
        monkeypatch.setattr(clock, "unmoved", lambda: later)
        await eventually(lambda: done == ["held"])


async def test_a_kind_that_nobody_does_here_waits_for_whoever_does(entries: Any) -> None:
    done: list[str] = []
    unknown = Entry("newer", "bristol", ("x",), clock.now() - timedelta(hours=2), {"task_id": "x"})
    await Schedule(entries).plan(unknown, entry("known", hours=-1))
    async with loop.beside(Schedule(entries).work(NOTING, "unit", done)):
        await eventually(lambda: done == ["known"])
    assert await entries.find_one({"kind": "newer", "state": "planned", "tries": 0})
