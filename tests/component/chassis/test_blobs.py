"""Content in its store: what ends halfway, what is removed under its reader, what several write at once."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from chassis import clock
from chassis.blobs import CHUNK, Blob, BlobStore, Damaged, Held, once
from chassis.database import Database
from chassis.documents import Key
from chassis.keys import KeyDestroyed
from chassis.ranges import ByteRange
from tests.support.sealing import key_ring

OWNER = Key("bristol", "task-1")
GIVEN = bytes(range(256)) * 4096 * 3
"""Three chunks."""
LONG_AGO = timedelta(hours=2)


@pytest.fixture
async def database(mongo_url: str, mongo_database: str) -> AsyncIterator[Database]:
    opened = Database.open(mongo_url, mongo_database)
    yield opened
    opened.close()


@pytest.fixture
async def blobs(database: Database) -> BlobStore:
    store = BlobStore(database, "content", key_ring(database))
    await store.prepare()
    return store


async def pieces(*given: bytes) -> AsyncIterator[bytes]:
    for piece in given:
        yield piece


async def whole(store: BlobStore, blob: Blob, part: ByteRange | None = None) -> bytes:
    return b"".join([piece async for piece in await store.send(blob, part)])


async def chunks_of(database: Database, blob_id: str) -> int:
    return int(await database.collection("content.chunks").count_documents({"files_id": blob_id}))


@pytest.mark.parametrize("size", [0, 1, CHUNK, 3 * CHUNK + 7])
async def test_content_comes_back_as_it_came(blobs: BlobStore, size: int) -> None:
    given = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    blob = await blobs.put(OWNER, pieces(given[: size // 3], given[size // 3 :]))
    assert (blob.size, blob.sha256) == (size, hashlib.sha256(given).hexdigest())
    assert await blobs.read(blob) == given
    assert await whole(blobs, blob) == given
    await blobs.delete(blob.blob_id)
    await blobs.delete(blob.blob_id)
    with pytest.raises(Damaged):
        await blobs.read(blob)


@pytest.mark.parametrize(("start", "end"), [(0, 0), (5, CHUNK), (CHUNK, 2 * CHUNK - 1), (CHUNK + 1, 3 * CHUNK - 1)])
async def test_a_part_is_what_stands_there(blobs: BlobStore, start: int, end: int) -> None:
    blob = await blobs.put(OWNER, once(GIVEN))
    assert await whole(blobs, blob, ByteRange(start, end, len(GIVEN))) == GIVEN[start : end + 1]


async def test_content_removed_between_its_record_and_its_chunks_is_damaged(
    blobs: BlobStore, database: Database
) -> None:
    blob = await blobs.put(OWNER, once(GIVEN))
    await database.collection("content.chunks").delete_many({"n": 2})
    with pytest.raises(Damaged):
        await blobs.read(blob)
    await database.collection("content.chunks").delete_many({})
    with pytest.raises(Damaged):
        await blobs.send(blob)


@pytest.mark.usefixtures("mongod_only")
async def test_content_removed_while_it_is_sent_ends_as_damaged(blobs: BlobStore) -> None:
    more_than_a_batch = GIVEN * 3
    blob = await blobs.put(OWNER, once(more_than_a_batch))
    coming = await blobs.send(blob)
    sent = [await anext(coming)]
    await blobs.delete(blob.blob_id)
    with pytest.raises(Damaged):
        sent += [piece async for piece in coming]
    assert more_than_a_batch.startswith(b"".join(sent))


async def test_bytes_that_were_changed_are_damaged(blobs: BlobStore, database: Database) -> None:
    blob = await blobs.put(OWNER, once(GIVEN))
    change = {"$set": {"data": GIVEN[:CHUNK][::-1]}}
    await database.collection("content.chunks").update_one({"files_id": blob.blob_id, "n": 1}, change)
    with pytest.raises(Damaged):
        await blobs.read(blob)


async def test_of_content_that_stops_coming_nothing_stays(blobs: BlobStore, database: Database) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield GIVEN
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await blobs.put(OWNER, broken(), blob_id="broken")
    assert await chunks_of(database, "broken") == 0
    assert await database.collection("content.files").find_one({"_id": "broken"}) is None


async def test_named_content_is_kept_once_however_many_write_it(blobs: BlobStore, database: Database) -> None:
    await asyncio.gather(*(blobs.put_once(OWNER, GIVEN, blob_id="named") for _ in range(8)))
    assert await chunks_of(database, "named") == 3
    assert await whole(blobs, Blob("named", len(GIVEN), "")) == GIVEN


async def test_named_content_is_completed_where_its_writer_was_killed(blobs: BlobStore, database: Database) -> None:
    await blobs.put_once(OWNER, GIVEN, blob_id="half")
    await database.collection("content.files").update_one({"_id": "half"}, {"$unset": {"length": ""}})
    await database.collection("content.chunks").delete_many({"files_id": "half", "n": {"$gt": 0}})
    with pytest.raises(Damaged):
        await blobs.send(Blob("half", len(GIVEN), ""))
    await blobs.put_once(OWNER, GIVEN, blob_id="half")
    assert await whole(blobs, Blob("half", len(GIVEN), "")) == GIVEN


async def test_tidying_asks_the_owner_and_removes_what_nobody_holds(blobs: BlobStore, database: Database) -> None:
    answers: dict[str, Held] = {"left": "no", "half": "no", "kept": "for good", "waits": "for now", "fresh": "no"}
    for blob_id in answers:
        await blobs.put(OWNER, once(GIVEN), blob_id=blob_id)
    records = database.collection("content.files")
    # As of an upload that was killed: its record is there, and has no length.
    await records.update_one({"_id": "half"}, {"$unset": {"length": ""}})
    old = {"$set": {"metadata.unsettled_since": clock.now() - LONG_AGO}}
    await records.update_many({"_id": {"$ne": "fresh"}}, old)
    asked: list[tuple[Key, str]] = []

    async def is_held(owner: Key, blob_id: str) -> Held:
        asked.append((owner, blob_id))
        return answers[blob_id]

    await blobs.tidy(clock.now() - LONG_AGO / 2, is_held)
    assert {blob_id for _, blob_id in asked} == {"left", "half", "kept", "waits"}
    assert {owner for owner, _ in asked} == {OWNER}
    assert {blob_id: await chunks_of(database, blob_id) for blob_id in answers} == {
        "left": 0,
        "half": 0,
        "kept": 3,
        "waits": 3,
        "fresh": 3,
    }
    asked.clear()
    await blobs.tidy(clock.now() + LONG_AGO, is_held)
    assert {blob_id for _, blob_id in asked} == {"waits", "fresh"}


@pytest.mark.parametrize("is_named", [True, False])
async def test_of_an_owner_that_another_replica_has_erased_nothing_is_kept(
    blobs: BlobStore, database: Database, is_named: bool
) -> None:
    """This one still knows its key: the same as where the erasure overtakes what is being stored."""
    await blobs.put(OWNER, once(b"before"))
    elsewhere = key_ring(database)
    await elsewhere.destroy(OWNER, clock.now())
    await BlobStore(database, "content", elsewhere).delete_of(OWNER)
    store = blobs.put_once(OWNER, GIVEN, blob_id="late") if is_named else blobs.put(OWNER, once(GIVEN), blob_id="late")
    with pytest.raises(KeyDestroyed):
        await store
    assert await chunks_of(database, "late") == 0
    assert await database.collection("content.files").count_documents({}) == 0
