"""Migrations: in order, once, by one replica, and on from where a killed one stopped."""

import asyncio
from datetime import timedelta
from typing import cast

import pytest

from chassis import clock, migrations
from chassis.database import Database
from chassis.migrate import main
from chassis.migrations import Migration, Step, Stored, carry_attempts_over, migrate, name_the_authority_of
from chassis.settings import StoredServiceSettings
from chassis.tokens import public_key_of
from services.notify.migrations import migrations as of_notify
from tests.support.eventually import eventually
from tests.support.sealing import key_ring
from tests.support.service import new_key


def stored(database: Database) -> Stored:
    return Stored(database, key_ring(database), cast("StoredServiceSettings", None))


def noting(done: list[str], what: str) -> Step:
    async def run(_: Stored) -> None:
        done.append(what)

    return run


async def test_each_runs_once_in_order_and_a_later_version_runs_only_what_is_new(inner: Database) -> None:
    done: list[str] = []
    first, second, third = (Migration(n, str(n), noting(done, str(n))) for n in (1, 2, 3))
    await migrate("unit", stored(inner), [first, second])
    await migrate("unit", stored(inner), [first, second])
    await migrate("unit", stored(inner), [first, second, third])
    assert done == ["1", "2", "3"]


async def test_a_version_before_serves_data_that_a_newer_one_has_migrated(inner: Database) -> None:
    done: list[str] = []
    await migrate("unit", stored(inner), [Migration(7, "newer", noting(done, "newer"))])
    await migrate("unit", stored(inner), [Migration(1, "older", noting(done, "older"))])
    assert done == ["newer"]


async def test_one_replica_migrates_and_the_others_wait_until_it_has(
    inner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "_WAIT_SECONDS", 0.01)
    begun, may_end = [], asyncio.Event()

    async def run(_: Stored) -> None:
        begun.append("begun")
        await may_end.wait()

    steps = [Migration(1, "slow", run)]
    replicas = [asyncio.create_task(migrate("unit", stored(inner), steps)) for _ in range(3)]
    await eventually(lambda: begun)
    assert not any(replica.done() for replica in replicas)
    may_end.set()
    await asyncio.gather(*replicas)
    assert begun == ["begun"]


async def test_where_one_was_cut_off_the_next_goes_on_with_that_step(inner: Database) -> None:
    done: list[str] = []

    async def cut_off(_: Stored) -> None:
        done.append("half of 2")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await migrate("unit", stored(inner), [Migration(1, "1", noting(done, "1")), Migration(2, "2", cut_off)])
    await migrate("unit", stored(inner), [Migration(1, "1", noting(done, "1")), Migration(2, "2", noting(done, "2"))])
    assert done == ["1", "half of 2", "2"]


async def test_attempts_go_on_where_an_older_version_counted_them(inner: Database) -> None:
    trials, quarantine = inner.collection("trials"), inner.collection("quarantine")
    await trials.insert_many([{"_id": name, "begun": 2, "at": clock.now()} for name in ("known", "new")])
    await quarantine.insert_one({"_id": "known", "begun": 3, "at": clock.now()})
    for _ in range(2):
        await carry_attempts_over(stored(inner))
    assert {each["_id"]: each["begun"] async for each in quarantine.find({})} == {"known": 3, "new": 2}


async def test_content_says_whose_it_is_and_only_what_was_orphaned_long_ago_goes(inner: Database) -> None:
    records, chunks = inner.collection("content.files"), inner.collection("content.chunks")
    await inner.collection("folders").insert_one({"_id": "task", "authority": "bristol"})
    long_ago = clock.now() - timedelta(hours=2)
    for name, task, at in (("held", "task", long_ago), ("orphan", "no", long_ago), ("young", "no", clock.now())):
        await records.insert_one({"_id": name, "uploadDate": at, "metadata": {"task_id": task}})
        await chunks.insert_one({"_id": f"{name}:0", "files_id": name, "n": 0, "data": b"x"})
    for _ in range(2):
        await name_the_authority_of("content", "folders")(stored(inner))
    found = {each["_id"]: each["metadata"].get("authority") async for each in records.find({})}
    assert found == {"held": "bristol", "young": None}
    assert {each["files_id"] async for each in chunks.find({})} == {"held", "young"}


async def test_a_container_migrates_a_service_before_it_is_started(
    inner: Database, inner_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = inner.collection("schema").database.name
    settings = {
        "MONGO_URL": inner_url,
        "MONGO_DATABASE": name,
        "AMQP_URL": "amqp://127.0.0.1/",
        "SMTP_URL": "smtp://127.0.0.1",
        "PUBLIC_URL": "http://127.0.0.1/",
        "CODE_KEY": new_key(),
        "INDEX_KEY": new_key(),
        "EVENTS_KEY": new_key(),
        "MASTER_KEYS": new_key(),
        "GATEWAY_PUBLIC_KEY": public_key_of(new_key()),
    }
    for variable, value in settings.items():
        monkeypatch.setenv(f"NOTIFY_{variable}", value)
    await main("notify")
    schema = await inner.collection("schema").find_one({"_id": "schema"})
    assert schema is not None
    assert schema["version"] == of_notify[-1].version
