"""A database inside the test's own process, for rules that one write decides; it needs no engine."""

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest
from secantus import SecantusDBServer

from chassis.database import Database


@pytest.fixture(scope="session")
def inner_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = SecantusDBServer(storage_path=str(tmp_path_factory.mktemp("inner")), cache_size="64M")
    server.start()
    yield server.uri
    server.stop()


@pytest.fixture
async def inner(inner_url: str) -> AsyncIterator[Database]:
    """A database that no other test uses."""
    database = Database.open(inner_url, f"unit_{uuid4().hex[:12]}")
    yield database
    database.close()
