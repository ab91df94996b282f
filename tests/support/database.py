"""A database for tests; each test takes names of its own in it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from commands.parts.replica_set import begin, wait_for_primary
from tests.support.engines import container_with, local

IMAGE = "mongo:8.0"
_PORT = 27017


@contextmanager
def database(data: Path) -> Iterator[str]:
    """The address of the database of this test run."""
    outside = os.environ.get("PORTAL_MONGO_URL")
    if outside:
        yield outside
    elif container_with("mongo", IMAGE):
        with _container() as url:
            yield url
    else:
        with local("database", data) as state:
            yield state["mongo"]


@contextmanager
def _container() -> Iterator[str]:
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415 - needed with Docker only

    container = DockerContainer(IMAGE).with_command("mongod --replSet portal --bind_ip_all").with_exposed_ports(_PORT)
    with container:
        url = (
            f"mongodb://{container.get_container_host_ip()}:{container.get_exposed_port(_PORT)}/?directConnection=true"
        )
        with MongoClient[dict[str, Any]](url, serverSelectionTimeoutMS=60_000) as client:
            begin(client, "portal", f"127.0.0.1:{_PORT}")
            wait_for_primary(client)
        yield url
