"""The local database: killed, moved to another port, of another engine; what it acknowledged is there."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from commands.parts import database, mongod
from commands.parts.instance import Instance
from commands.parts.ports import pick
from commands.parts.supervisor import Supervisor, Watched
from commands.parts.trouble import Trouble
from tests.support.eventually import eventually

ENGINES = ("mongod", "secantusdb") if mongod.binary() else ("secantusdb",)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv(database.VARIABLE, request.param)
    return str(request.param)


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    made = Instance(tmp_path / "data")
    made.prepare(fresh=False)
    return made


@asynccontextmanager
async def started(instance: Instance) -> AsyncIterator[Watched]:
    """The database on a port that it has not had before."""
    supervisor = Supervisor([database.part(instance, pick(["database"], {}))], instance.logs, lambda: None)
    try:
        await supervisor.start()
        yield supervisor.watched["database"]
    finally:
        await supervisor.stop()


async def ask(watched: Watched, what: Any) -> Any:
    def work() -> Any:
        with MongoClient[dict[str, Any]](watched.part.url, w="majority", journal=True) as client:
            return what(client)

    return await asyncio.to_thread(work)


@pytest.mark.usefixtures("engine")
async def test_what_was_acknowledged_survives_a_kill_and_another_port(instance: Instance) -> None:
    async with started(instance) as first:
        await ask(first, lambda client: client.own.things.insert_many([{"_id": number} for number in range(100)]))
        before = first.pid
        assert before
        os.kill(before, signal.SIGKILL)
        await eventually(lambda: first.pid not in {None, before} and first.is_ready)
        assert await ask(first, lambda client: client.own.things.count_documents({})) == 100
        await ask(first, lambda client: client.own.things.insert_one({"_id": "after"}))
    async with started(instance) as second:
        assert second.part.url != first.part.url
        assert await ask(second, lambda client: client.own.things.count_documents({})) == 101
        await ask(second, lambda client: client.own.things.delete_one({"_id": "after"}))


@pytest.mark.usefixtures("engine")
async def test_a_transaction_is_whole_or_not_at_all(instance: Instance) -> None:
    async with started(instance) as watched:
        await ask(watched, lambda client: client.own.create_collection("things"))

        def abandon(client: "MongoClient[dict[str, Any]]") -> None:
            with client.start_session() as session, session.start_transaction():
                client.own.things.insert_one({"_id": 1}, session=session)
                session.abort_transaction()

        await ask(watched, abandon)
        assert await ask(watched, lambda client: client.own.things.count_documents({})) == 0


def test_the_files_of_another_engine_are_refused_with_what_to_do(instance: Instance, engine: str) -> None:
    other = next(name for name in database.FILES if name != engine)
    (instance.data / "database" / database.FILES[other]).mkdir(parents=True)
    with pytest.raises(Trouble, match=f"written by {other}.*--fresh.*PORTAL_DATABASE={other}"):
        database.part(instance, {"database": 1})


def test_a_mongod_that_root_starts_is_not_root_and_its_files_are_its_own(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commands.parts.part.usable_by_others", lambda _: True)
    home = instance.data / "database"
    home.mkdir()
    part = mongod.part(Path("/usr/bin/true"), home, home / "mongod", {"database": 1})
    assert (part.user is None) == (os.geteuid() != 0)
    assert (home / "mongod").stat().st_uid == (part.user or os.geteuid())
    assert (home / "mongod").stat().st_mode & 0o077 == 0
