"""testcontainers as the tests' source of broker and database: the same fixtures that every other kind of test uses."""

from pathlib import Path
from typing import Any

import aio_pika
import docker
import pytest
from pymongo import AsyncMongoClient

from tests.support.broker import broker
from tests.support.database import database


@pytest.fixture(autouse=True)
def only_containers(docker_engine: docker.DockerClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """No address from outside: what answers below can only be a container."""
    for name in ("PORTAL_AMQP_URL", "PORTAL_MONGO_URL"):
        monkeypatch.delenv(name, raising=False)


async def test_a_broker_from_testcontainers_has_the_queues_and_the_users(tmp_path: Path) -> None:
    with broker(tmp_path) as source:
        async with await aio_pika.connect(source.url_of("bristol"), timeout=10) as council:
            channel = await council.channel()
            assert (await channel.get_queue("council.bristol")).name == "council.bristol"


async def test_a_database_from_testcontainers_keeps_what_is_written(tmp_path: Path) -> None:
    with database(tmp_path) as url:
        async with AsyncMongoClient[dict[str, Any]](url, timeoutMS=10_000) as client:
            await client.test.things.insert_one({"_id": 1})
            assert await client.test.things.count_documents({}) == 1
            assert "setName" in await client.admin.command("hello")
