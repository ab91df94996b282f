"""Fixtures: files on the run's own engines, people and councils who use it."""

from collections.abc import AsyncIterator, Callable
from uuid import uuid4

import pytest
from httpx2 import AsyncClient

from services.files.settings import Settings
from tests.component.files.harness import CouncilDesk, Desk, Keys, Running, running, settings
from tests.support.broker import Broker
from tests.support.indexes import watched_database


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys()


@pytest.fixture(scope="session")
def chosen(keys: Keys, mongo_url: str, shared_broker: Broker, clamd_url: str) -> Settings:
    amqp_url = shared_broker.url_of("files")
    return settings(
        keys, mongo_url=mongo_url, database=f"files_{uuid4().hex[:8]}", amqp_url=amqp_url, clamd_url=clamd_url
    )


@pytest.fixture(scope="session")
async def instance(chosen: Settings, mongo_url: str) -> AsyncIterator[Running]:
    """Files."""
    async with watched_database(mongo_url, chosen.mongo_database), running(chosen) as started:
        yield started


@pytest.fixture(scope="session")
async def files(instance: Running) -> AsyncIterator[AsyncClient]:
    """The gateway to it."""
    async with AsyncClient(base_url=instance.url, timeout=60) as client:
        yield client


@pytest.fixture
def desk(files: AsyncClient, keys: Keys) -> Desk:
    """A professional with a task of their own."""
    return Desk(files, keys)


@pytest.fixture
def council(files: AsyncClient, keys: Keys) -> Callable[[str], CouncilDesk]:
    return lambda authority: CouncilDesk(files, keys, authority)
