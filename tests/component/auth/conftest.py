"""Fixtures: auth on the run's own broker and database, and people who use it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from httpx2 import AsyncClient

from services.auth.settings import Settings
from tests.component.auth.harness import Database, Keys, Mailbox, Person, running, settings
from tests.support.broker import Broker
from tests.support.indexes import watched_database


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys()


@pytest.fixture(scope="session")
def chosen(keys: Keys, mongo_url: str, shared_broker: Broker) -> Settings:
    name = f"auth_{uuid4().hex[:8]}"
    return settings(keys, mongo_url=mongo_url, amqp_url=shared_broker.url_of("auth"), database=name)


@pytest.fixture(scope="module")
async def mailbox(shared_broker: Broker, keys: Keys) -> AsyncIterator[Mailbox]:
    """Per module, not longer: it takes from the queues of services that have tests of their own."""
    async with Mailbox.listening(shared_broker.url, keys) as listening:
        yield listening


@pytest.fixture(scope="module")
async def gateway(chosen: Settings, keys: Keys, database: Database) -> AsyncIterator[AsyncClient]:
    async with running(chosen, keys) as client:
        yield client


@pytest.fixture
def start(chosen: Settings, keys: Keys, gateway: AsyncClient) -> Callable[[], AbstractAsyncContextManager[AsyncClient]]:
    """Starts another instance beside the one that there is, over the same database."""
    return partial(running, chosen, keys)


@pytest.fixture(scope="session")
async def database(chosen: Settings, mongo_url: str) -> AsyncIterator[Database]:
    async with watched_database(mongo_url, chosen.mongo_database) as database:
        yield database


@pytest.fixture
def somebody(gateway: AsyncClient, mailbox: Mailbox) -> Callable[[], Person]:
    """A person with an address of their own, not registered yet."""
    return lambda: Person(gateway, mailbox, f"p.{uuid4().hex[:12]}@school.example")


@pytest.fixture
async def person(somebody: Callable[[], Person]) -> Person:
    """A registered person."""
    return await somebody().register()


@pytest.fixture
def set_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Moves the clock by an ISO 8601 duration."""
    file = tmp_path / "clock"
    monkeypatch.setenv("PORTAL_ENV", "test")
    monkeypatch.setenv("PORTAL_CLOCK_FILE", str(file))

    def set_to(duration: str) -> None:
        file.write_text(duration)

    return set_to
