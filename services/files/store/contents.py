"""Where content lives: GridFS, in pieces, hashed on its way in and checked on its way out. Named by random ids only."""

import hashlib
from collections.abc import AsyncIterator
from datetime import datetime
from uuid import uuid4

from gridfs.errors import NoFile
from motor.motor_asyncio import AsyncIOMotorCollection, AsyncIOMotorGridFSBucket
from pymongo import ASCENDING, IndexModel

from chassis.database import CONTENT_GONE, Document
from services.files.model import Content, Part

PIECE = 1024 * 1024
"""A chunk's size: ten journaled writes for a file of 10 MB."""

SENT_PIECE = 256 * 1024
MOST_A_ROUND = 100


class Damaged(Exception):  # noqa: N818 - a finding
    """The stored bytes are not those that were hashed on their way in, or are gone."""


class ContentStore:
    """Bytes by id. Each is unsettled until a folder is known to hold it, so that a crash leaves nothing for ever."""

    def __init__(self, bucket: AsyncIOMotorGridFSBucket, files: "AsyncIOMotorCollection[Document]") -> None:
        self._bucket = bucket
        self._files = files

    async def open(self) -> None:
        """Creates the index that is missing."""
        is_unsettled = {"metadata.unsettled_since": {"$exists": True}}
        await self._files.create_indexes(
            [IndexModel([("metadata.unsettled_since", ASCENDING)], partialFilterExpression=is_unsettled)]
        )

    async def put(self, task_id: str, pieces: AsyncIterator[bytes], at: datetime) -> Content:
        """Stores what comes; if the coming ends in an exception, nothing stays."""
        content_id, digest, size = uuid4().hex, hashlib.sha256(), 0
        metadata = {"task_id": task_id, "unsettled_since": at}
        stream = self._bucket.open_upload_stream_with_id(
            content_id, content_id, chunk_size_bytes=PIECE, metadata=metadata
        )
        try:
            async for piece in pieces:
                digest.update(piece)
                size += len(piece)
                await stream.write(piece)
            await stream.close()
        except BaseException:
            await stream.abort()
            raise
        return Content(content_id=content_id, size=size, sha256=digest.hexdigest())

    async def read(self, content: Content) -> bytes:
        """All of it, checked against its hash."""
        try:
            stored: bytes = await (await self._bucket.open_download_stream(content.content_id)).read()
        except CONTENT_GONE as gone:
            raise Damaged from gone
        if hashlib.sha256(stored).hexdigest() != content.sha256:
            raise Damaged
        return stored

    async def send(self, content: Content, part: Part | None) -> AsyncIterator[bytes]:
        """The whole or a part, piece by piece. The first is read before this returns: Damaged where it is gone."""
        pieces = self._pieces(content, part)
        first = await anext(pieces, b"")

        async def all_of_it() -> AsyncIterator[bytes]:
            yield first
            async for piece in pieces:
                yield piece

        return all_of_it()

    async def _pieces(self, content: Content, part: Part | None) -> AsyncIterator[bytes]:
        left = content.size if part is None else part.length
        try:
            stream = await self._bucket.open_download_stream(content.content_id)
            stream.seek(part.start if part else 0)
            while left:
                piece: bytes = await stream.read(min(left, SENT_PIECE))
                if not piece:
                    raise Damaged
                left -= len(piece)
                yield piece
        except CONTENT_GONE as gone:
            raise Damaged from gone

    async def delete(self, *contents: Content) -> None:
        """Removes what is there of these."""
        for content in contents:
            await self.delete_id(content.content_id)

    async def delete_id(self, content_id: str) -> None:
        """Removes content by its id; nothing happens where it is gone already."""
        try:
            await self._bucket.delete(content_id)
        except NoFile:
            return

    async def unsettled(self, before: datetime) -> list[tuple[str, str]]:
        """Content that no folder was known to hold at that time, oldest first: its id and its task."""
        cursor = self._files.find({"metadata.unsettled_since": {"$lt": before}}, {"metadata": 1}, limit=MOST_A_ROUND)
        found = await cursor.sort("metadata.unsettled_since", ASCENDING).to_list(MOST_A_ROUND)
        return [(file["_id"], file["metadata"]["task_id"]) for file in found]

    async def settle(self, content_id: str) -> None:
        """A folder holds it for good."""
        await self._files.update_one({"_id": content_id}, {"$unset": {"metadata.unsettled_since": ""}})

    async def look_later(self, content_id: str, at: datetime) -> None:
        """A folder holds it, but not yet for good."""
        await self._files.update_one({"_id": content_id}, {"$set": {"metadata.unsettled_since": at}})
