"""What fault tests share: rigs for the chassis, a whole portal that may be hurt, a council's system beside it."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from motor.motor_asyncio import AsyncIOMotorClient

from chassis.tokens import public_key_of
from services.tasks.app import build_app
from services.tasks.settings import Settings
from tests.faults.cms import Cms
from tests.faults.house import House
from tests.faults.rigs import Rig
from tests.support.broker import Broker
from tests.support.sealing import INDEX_KEY
from tests.support.sealing import SETTINGS as SEALING
from tests.support.service import new_key, running

RigMaker = Callable[..., AbstractAsyncContextManager[Rig]]


@pytest.fixture
def rig_of(shared_broker: Broker, mongo_url: str, tmp_path: Path) -> RigMaker:
    """Starts a rig with options: delays, prefetch, timeout_seconds."""

    def start(**options: Any) -> AbstractAsyncContextManager[Rig]:
        return Rig.running(shared_broker.url, mongo_url, tmp_path, **options)

    return start


@pytest.fixture(scope="session")
def shared_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A whole portal that may be hurt, started once a run."""
    house = House(tmp_path_factory.mktemp("house"))
    house.up()
    yield house
    house.down()


@pytest.fixture
async def house(shared_house: House) -> AsyncIterator[House]:
    """The portal, whole before the test and again after it."""
    shared_house.arm({})
    await shared_house.ready()
    yield shared_house
    shared_house.arm({})
    await shared_house.ready()


@pytest.fixture(scope="session")
async def cms(shared_house: House) -> AsyncIterator[Cms]:
    """The council of Bristol's own system."""
    async with Cms.of("bristol", shared_house.amqp_of("bristol")) as cms:
        yield cms


@pytest.fixture
def prefix(request: pytest.FixtureRequest) -> str:
    """What the ids of a test's delegations begin with."""
    return f"{request.node.name.split('_')[1]}-{uuid4().hex[:6]}-"


@pytest.fixture
async def tasks_alone(broker: Broker, mongo_url: str, mongo_database: str) -> AsyncIterator[None]:
    """The service to which councils speak, and no other."""
    settings = Settings.model_validate(
        {
            "env": "test",
            "log_level": "ERROR",
            **SEALING,
            "mongo_url": mongo_url,
            "mongo_database": mongo_database,
            "amqp_url": broker.url_of("tasks"),
            "gateway_public_key": public_key_of(new_key()),
            "signing_key": new_key(),
            "index_key": INDEX_KEY,
        }
    )
    async with running(build_app(settings)):
        yield
    motor: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(mongo_url)
    await motor.drop_database(mongo_database)
    motor.close()
