"""Content that is removed under its reader, in every bucket of the portal: gone, never a fault of the driver."""

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase, AsyncIOMotorGridFSBucket

from chassis.errors import NotFound
from services.files.store import ContentStore
from services.files.store import Damaged as FileDamaged
from services.forms.store.documents import Damaged as PdfDamaged
from services.forms.store.documents import DocumentStore
from services.tasks.store.shared import SharedStore

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
GIVEN = bytes(range(256)) * 4096 * 3
"""Three pieces of a bucket."""

MORE_THAN_A_BATCH = GIVEN * 8
"""A cursor brings 16 MB at a time."""

Database = AsyncIOMotorDatabase[dict[str, Any]]


@pytest.fixture
async def database(mongo_url: str, mongo_database: str) -> AsyncIterator[Database]:
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(mongo_url)
    yield client[mongo_database]
    await client.drop_database(mongo_database)
    client.close()


async def once(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def lose_pieces(database: Database, bucket: str) -> None:
    """As a reader finds it who has read the record before a removal and asks for the pieces after it."""
    assert (await database[f"{bucket}.chunks"].delete_many({})).deleted_count


async def test_an_attachment_removed_between_its_record_and_its_pieces_is_damaged(database: Database) -> None:
    store = ContentStore(AsyncIOMotorGridFSBucket(database, "content"), database["content.files"])
    content = await store.put("task", once(GIVEN), AT)
    await lose_pieces(database, "content")
    with pytest.raises(FileDamaged):
        await store.read(content)
    with pytest.raises(FileDamaged):
        await store.send(content, None)
    await store.delete(content)
    with pytest.raises(FileDamaged):
        await store.send(content, None)


async def test_an_attachment_removed_while_it_is_sent_ends_as_damaged(database: Database) -> None:
    store = ContentStore(AsyncIOMotorGridFSBucket(database, "content"), database["content.files"])
    content = await store.put("task", once(MORE_THAN_A_BATCH), AT)
    pieces = await store.send(content, None)
    sent = [await anext(pieces)]
    await store.delete(content)
    with pytest.raises(FileDamaged):
        sent += [piece async for piece in pieces]
    assert MORE_THAN_A_BATCH.startswith(b"".join(sent))


async def test_a_pdf_removed_between_its_record_and_its_pieces_is_damaged(database: Database) -> None:
    store = DocumentStore(AsyncIOMotorGridFSBucket(database, "pdfs"), database["pdfs.files"])
    await store.put("pdf_1", "task", GIVEN)
    await lose_pieces(database, "pdfs")
    with pytest.raises(PdfDamaged):
        await store.read("pdf_1", hashlib.sha256(GIVEN).hexdigest())


async def test_a_councils_document_removed_between_its_record_and_its_pieces_is_not_there(database: Database) -> None:
    bucket = AsyncIOMotorGridFSBucket(database, "shared")
    store = SharedStore(bucket, database["shared.files"], database["shared.chunks"])
    await store.put("shared_1", "task", GIVEN)
    assert b"".join([piece async for piece in await store.open("shared_1")]) == GIVEN
    await lose_pieces(database, "shared")
    with pytest.raises(NotFound):
        await store.open("shared_1")
