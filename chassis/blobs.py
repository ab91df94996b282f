"""Content: bytes by id, in sealed chunks, hashed on their way in and checked on their way out. Laid out as GridFS does.

The driver's own bucket stumbles over what a killed upload has left, and knows nothing of owners (ADR 0032).
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import uuid4

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from chassis import clock, indexes
from chassis.database import Database
from chassis.documents import Document, Key
from chassis.keys import KeyDestroyed, KeyRing
from chassis.ranges import ByteRange
from chassis.sealing import DataKey, NotOpened

CHUNK = 1024 * 1024
"""Ten journaled writes for a file of 10 MB."""
_MOST_A_ROUND = 100

Held = Literal["for good", "for now", "no"]
"""Whether the aggregate that content was put for holds it."""


class Damaged(Exception):  # noqa: N818 - a finding
    """The stored bytes are gone, or not those that were stored."""


@dataclass(frozen=True, slots=True)
class Blob:
    """Stored bytes: where, how many, and their SHA-256 in hex."""

    blob_id: str
    size: int
    sha256: str


class BlobStore:
    """Bytes by id, each of one owner: the aggregate that is to hold it.

    Content is unsettled until its owner is known to hold it, so that whatever ends halfway leaves nothing for ever:
    its record is written before its bytes, and `tidy` removes what nobody holds.
    """

    def __init__(self, database: Database, name: str, keys: KeyRing) -> None:
        self._name = name
        self._keys = keys
        self._records = database.collection(f"{name}.files")
        self._chunks = database.collection(f"{name}.chunks")

    async def prepare(self) -> None:
        """Makes the indexes."""
        is_unsettled = {"metadata.unsettled_since": {"$exists": True}}
        by_number = IndexModel([("files_id", ASCENDING), ("n", ASCENDING)], unique=True)
        await indexes.ensure(self._chunks, [by_number])
        await indexes.ensure(
            self._records,
            [
                IndexModel([("metadata.unsettled_since", ASCENDING)], partialFilterExpression=is_unsettled),
                IndexModel([("metadata.task_id", ASCENDING), ("metadata.authority", ASCENDING)]),
            ],
        )

    async def put(self, owner: Key, pieces: AsyncIterator[bytes], *, blob_id: str = "") -> Blob:
        """Stores what comes, under an id that nobody else has; if the coming ends in an exception, nothing stays."""
        blob_id, digest, size, number = blob_id or uuid4().hex, hashlib.sha256(), 0, 0
        data_key = await self._keys.of(owner)
        await self._records.insert_one({"_id": blob_id, **_record(owner)})
        try:
            async for chunk in _chunked(pieces):
                digest.update(chunk)
                size += len(chunk)
                await self._chunks.insert_one(self._chunk(data_key, blob_id, number, chunk))
                number += 1
        except BaseException:
            await self.delete(blob_id)
            raise
        await self._complete(owner, blob_id, size)
        return Blob(blob_id, size, digest.hexdigest())

    async def put_once(self, owner: Key, content: bytes, *, blob_id: str) -> None:
        """Stores content whose id names the bytes: whoever writes under it writes the same, also at the same time."""
        found = await self._records.find_one({"_id": blob_id}, {"length": 1})
        if found is not None and "length" in found:
            return
        data_key = await self._keys.of(owner)
        with suppress(DuplicateKeyError):
            await self._records.insert_one({"_id": blob_id, **_record(owner)})
        for number, start in enumerate(range(0, len(content), CHUNK)):
            with suppress(DuplicateKeyError):
                await self._chunks.insert_one(self._chunk(data_key, blob_id, number, content[start : start + CHUNK]))
        await self._complete(owner, blob_id, len(content))

    def _chunk(self, data_key: DataKey, blob_id: str, number: int, data: bytes) -> Document:
        sealed = data_key.seal(data, self._place(blob_id, number))
        return {"_id": f"{blob_id}:{number}", "files_id": blob_id, "n": number, "data": sealed, "is_sealed": True}

    def _place(self, blob_id: str, number: int) -> str:
        return f"{self._name}.{blob_id}.{number}"

    async def _complete(self, owner: Key, blob_id: str, size: int) -> None:
        await self._records.update_one({"_id": blob_id}, {"$set": {"length": size}})
        try:
            await self._keys.confirm(owner)
        except KeyDestroyed:  # the owner was erased meanwhile: its content may have been looked for before this came
            await self.delete(blob_id)
            raise

    async def read(self, blob: Blob) -> bytes:
        """All of it; Damaged where it is not what was stored."""
        content = b"".join([piece async for piece in self._pieces(blob, None)])
        if hashlib.sha256(content).hexdigest() != blob.sha256:
            raise Damaged(blob.blob_id)
        return content

    async def send(self, blob: Blob, part: ByteRange | None = None) -> AsyncIterator[bytes]:
        """The whole or a part, piece by piece. The first is read before this returns: Damaged where it is gone."""
        pieces = self._pieces(blob, part)
        first = await anext(pieces, b"")

        async def all_of_it() -> AsyncIterator[bytes]:
            yield first
            async for piece in pieces:
                yield piece

        return all_of_it()

    async def _pieces(self, blob: Blob, part: ByteRange | None) -> AsyncIterator[bytes]:
        start, left = (part.start, part.length) if part else (0, blob.size)
        record = await self._records.find_one(
            {"_id": blob.blob_id, "length": blob.size}, {"chunkSize": 1, "metadata": 1}
        )
        if record is None:
            raise Damaged(blob.blob_id)
        # Its own: versions before this one have stored smaller chunks.
        number, skipped = divmod(start, record["chunkSize"])
        query = {"files_id": blob.blob_id, "n": {"$gte": number}}
        async for chunk in self._chunks.find(query, batch_size=2).sort("n", ASCENDING):
            if chunk["n"] != number or not left:
                break
            piece = (await self._opened(chunk, record))[skipped : skipped + left]
            yield piece
            left, number, skipped = left - len(piece), number + 1, 0
        if left:
            raise Damaged(blob.blob_id)

    async def _opened(self, chunk: Document, record: Document) -> bytes:
        """Versions before this one have stored chunks as they are, until they are sealed by a migration."""
        if "is_sealed" not in chunk:
            return bytes(chunk["data"])
        data_key = await self._keys.of(_owner(record))
        try:
            return data_key.open(chunk["data"], self._place(chunk["files_id"], chunk["n"]))
        except NotOpened as error:
            raise Damaged(chunk["files_id"]) from error

    async def seal(self) -> int:
        """Seals chunks that an older version has stored in clear, in one pass; how many it has found."""
        is_clear, count = {"is_sealed": {"$exists": False}}, 0
        async for chunk in self._chunks.find(is_clear, batch_size=2):
            count += 1
            record = await self._records.find_one({"_id": chunk["files_id"]}, {"metadata": 1})
            if record is None:
                await self._chunks.delete_one({"_id": chunk["_id"]})  # what an upload has left that was cut off
                continue
            data_key = await self._keys.of(_owner(record))
            sealed = data_key.seal(bytes(chunk["data"]), self._place(chunk["files_id"], chunk["n"]))
            change = {"$set": {"data": sealed, "is_sealed": True}}
            await self._chunks.update_one({"_id": chunk["_id"], **is_clear}, change)
        return count

    async def unsettle(self, blob_ids: Sequence[str], since: datetime) -> None:
        """Has `tidy` ask once more, as of content that came then: a time to come is when its owner may not hold it."""
        change = {"$set": {"metadata.unsettled_since": since}}
        await self._records.update_many({"_id": {"$in": list(blob_ids)}}, change)

    async def delete(self, *blob_ids: str) -> None:
        """Removes what is there of these: the record first, so that no reader starts, then the bytes."""
        if blob_ids:
            await self._records.delete_many({"_id": {"$in": list(blob_ids)}})
            await self._chunks.delete_many({"files_id": {"$in": list(blob_ids)}})

    async def delete_of(self, owner: Key) -> None:
        """The same for everything of one owner."""
        query = {"metadata.task_id": owner.id, "metadata.authority": owner.authority}
        while found := await self._records.find(query, {"_id": 1}, limit=_MOST_A_ROUND).to_list(_MOST_A_ROUND):
            await self.delete(*(record["_id"] for record in found))

    async def tidy(self, before: datetime, is_held: Callable[[Key, str], Awaitable[Held]]) -> None:
        """Asks the owners of what was unsettled then: what they do not hold is removed, the oldest first."""
        # What is without an authority was stored by a version that did not write it down, and is told by a migration.
        query = {"metadata.unsettled_since": {"$lt": before}, "metadata.authority": {"$exists": True}}
        cursor = self._records.find(query, {"metadata": 1}, limit=_MOST_A_ROUND)
        for found in await cursor.sort("metadata.unsettled_since", ASCENDING).to_list(_MOST_A_ROUND):
            held = await is_held(_owner(found), found["_id"])
            if held == "no":
                await self.delete(found["_id"])
                continue
            since = "metadata.unsettled_since"
            change = {"$unset": {since: ""}} if held == "for good" else {"$set": {since: clock.now()}}
            # Not where it was unsettled anew since: the owner is asked once more, then.
            as_found = {"_id": found["_id"], since: found["metadata"]["unsettled_since"]}
            await self._records.update_one(as_found, change)


async def once(content: bytes) -> AsyncIterator[bytes]:
    """Content that is at hand, as `put` takes it."""
    yield content


def _record(owner: Key) -> Document:
    at = clock.now()
    metadata = {"authority": owner.authority, "task_id": owner.id, "unsettled_since": at}
    return {"chunkSize": CHUNK, "uploadDate": at, "metadata": metadata}


def _owner(record: Document) -> Key:
    return Key(record["metadata"]["authority"], record["metadata"]["task_id"])


async def _chunked(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same bytes, in pieces that are all of the size of a chunk but the last."""
    waiting = bytearray()
    async for piece in pieces:
        waiting += piece
        while len(waiting) >= CHUNK:
            yield bytes(waiting[:CHUNK])
            del waiting[:CHUNK]
    if waiting:
        yield bytes(waiting)
