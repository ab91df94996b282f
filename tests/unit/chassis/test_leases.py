"""Of several replicas one does the work, and another goes on where that one has died; rounds of jobs the same."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from chassis import clock, jobs
from chassis.database import Database
from chassis.jobs import Job, repeat, worker
from chassis.leases import LeaseLost, Leases, Work
from chassis.outbox import Collection
from tests.support.eventually import eventually


@pytest.fixture
def documents(inner: Database) -> Collection:
    return inner.collection("leases")


def noting(done: list[str], who: str) -> Work:
    async def work() -> None:
        done.append(who)

    return work


async def for_ever() -> None:
    await asyncio.Event().wait()


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    at = clock.unmoved() + timedelta(seconds=seconds)
    monkeypatch.setattr(clock, "unmoved", lambda: at)


async def test_of_replicas_that_ask_at_the_same_time_one_does_it(documents: Collection) -> None:
    begun: list[str] = []
    may_end = asyncio.Event()

    async def work() -> None:
        begun.append("begun")
        await may_end.wait()

    runs = [asyncio.create_task(Leases(documents).run("x", work)) for _ in range(5)]
    await eventually(lambda: sum(run.done() for run in runs) == 4)
    may_end.set()
    assert sorted(await asyncio.gather(*runs)) == [False, False, False, False, True]
    assert begun == ["begun"]


async def test_what_was_done_rests_for_everybody_and_other_work_does_not(
    documents: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    first, second = Leases(documents), Leases(documents)
    assert await first.run("x", noting(done, "first"), rest_seconds=60)
    assert not await second.run("x", noting(done, "second"), rest_seconds=60)
    assert not await first.run("x", noting(done, "first"), rest_seconds=60)
    assert await second.run("y", noting(done, "other"), rest_seconds=60)
    later(monkeypatch, 61)
    assert await second.run("x", noting(done, "second"), rest_seconds=60)
    assert done == ["first", "other", "second"]


async def test_another_goes_on_where_one_has_died_and_not_before(
    documents: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead, alive = Leases(documents), Leases(documents)
    monkeypatch.setattr(dead, "_hold", lambda *_: asyncio.sleep(0, result=True))
    with pytest.raises(ZeroDivisionError):
        await dead.run("x", failing)
    done: list[str] = []
    assert not await alive.run("x", noting(done, "alive"))
    later(monkeypatch, 31)
    assert await alive.run("x", noting(done, "alive"))
    assert done == ["alive"]


async def failing() -> None:
    raise ZeroDivisionError


async def test_work_that_takes_long_keeps_its_lease(documents: Collection) -> None:
    run = asyncio.create_task(Leases(documents, seconds=3).run("x", for_ever))
    found = await eventually(lambda: documents.find_one({"_id": "x"}))
    await eventually(lambda: documents.find_one({"_id": "x", "until": {"$gt": found["until"]}}))
    assert not run.done()
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)


async def test_whoever_has_lost_the_lease_is_stopped_and_takes_nothing_from_the_new_owner(
    documents: Collection,
) -> None:
    run = asyncio.create_task(Leases(documents, seconds=3).run("x", for_ever))
    await eventually(lambda: documents.find_one({"_id": "x"}))
    until = clock.unmoved() + timedelta(hours=1)
    await documents.update_one({"_id": "x"}, {"$set": {"owner": "another", "until": until}})
    with pytest.raises(LeaseLost):
        await asyncio.wait_for(run, 30)
    assert await documents.find_one({"_id": "x", "owner": "another", "until": until})


async def test_what_is_cut_off_is_free_at_once_and_what_fails_rests(documents: Collection) -> None:
    done: list[str] = []
    run = asyncio.create_task(Leases(documents).run("x", for_ever, rest_seconds=60))
    await eventually(lambda: documents.find_one({"_id": "x"}))
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert await Leases(documents).run("x", noting(done, "next"))
    with pytest.raises(ZeroDivisionError):
        await Leases(documents).run("x", failing, rest_seconds=60)
    assert not await Leases(documents).run("x", noting(done, "again"))


async def test_rounds_of_a_job_never_overlap_however_many_replicas_there_are(documents: Collection) -> None:
    rounds, at_once, most = 0, 0, 0

    async def run(service: str) -> None:
        nonlocal rounds, at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.01)
        rounds += 1
        at_once -= 1
        if rounds == 2:
            raise ZeroDivisionError

    job = Job("count", 0.01, run)
    replicas = [asyncio.create_task(repeat(job, Leases(documents), "unit", "service")) for _ in range(3)]
    await eventually(lambda: rounds >= 6)
    assert not any(replica.done() for replica in replicas)
    for replica in replicas:
        replica.cancel()
    await asyncio.gather(*replicas, return_exceptions=True)
    assert most == 1


async def test_a_worker_is_taken_up_again_where_it_has_failed_and_ends_with_the_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jobs, "_RESTART_SECONDS", 0)
    seen: list[str] = []

    async def work() -> None:
        seen.append("begun")
        if len(seen) == 1:
            raise ZeroDivisionError
        try:
            await for_ever()
        finally:
            seen.append("ended")

    async with worker("unit", work):
        await eventually(lambda: len(seen) == 2)
    assert seen == ["begun", "begun", "ended"]


def test_a_lease_does_not_see_that_a_test_moves_the_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "clock").write_text("P31D")
    monkeypatch.setenv("PORTAL_ENV", "test")
    monkeypatch.setenv("PORTAL_CLOCK_FILE", str(tmp_path / "clock"))
    assert clock.now() - clock.unmoved() > timedelta(days=30)
