"""What becomes of documents that are written at the same time, on a real database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest

from chassis.database import Database, OutboxCollection
from chassis.errors import AlreadyHandled
from chassis.outbox import Publisher
from chassis.relay import Relay
from tests.support.sealing import BODIES, NO_COUNCIL_KEYS


async def _keep_nothing(_: Any) -> None:
    """Nothing is published here."""


@pytest.fixture
async def documents(mongo_url: str, mongo_database: str) -> AsyncIterator[OutboxCollection]:
    database = Database.open(mongo_url, mongo_database)
    relay = Relay(
        Publisher("amqp://nowhere.example", user="nobody", service="test", councils=NO_COUNCIL_KEYS),
        _keep_nothing,
        BODIES,
    )
    yield database.outbox_collection("things", relay)
    await database.collection("things").drop()
    database.close()


BAD: tuple[dict[str, Any], ...] = ({"x": 10**30}, {"x\0y": 1}, {"x": {1, 2}}, {"x": "\ud800"})


async def test_a_document_that_cannot_be_written_fails_alone(documents: OutboxCollection) -> None:
    good = [{"_id": f"good-{number}"} for number in range(40)]
    bad = [{"_id": f"bad-{number}", **each} for number, each in enumerate(BAD * 3)]
    ends = await asyncio.gather(*(documents.insert(each) for each in (*good, *bad)), return_exceptions=True)
    assert ends[: len(good)] == [None] * len(good)
    assert all(isinstance(end, Exception) and not isinstance(end, AlreadyHandled) for end in ends[len(good) :])
    assert await documents.raw.count_documents({}) == len(good)


async def test_a_document_that_is_there_already_is_told_so_and_its_neighbours_are_written(
    documents: OutboxCollection,
) -> None:
    await documents.insert({"_id": "first"})
    ends = await asyncio.gather(
        *(documents.insert({"_id": each}) for each in ("first", "second", "third")), return_exceptions=True
    )
    assert [type(end) for end in ends] == [AlreadyHandled, type(None), type(None)]
    with suppress(AlreadyHandled):
        await documents.insert({"_id": "third"})
    assert await documents.raw.count_documents({}) == 3
