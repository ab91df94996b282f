"""Where the content of councils' documents is kept: GridFS, by an id that follows from task, document and content."""

from collections.abc import AsyncIterator
from contextlib import suppress

from motor.motor_asyncio import AsyncIOMotorGridFSBucket
from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from chassis import clock
from chassis.database import CONTENT_GONE, Document
from chassis.errors import NotFound
from chassis.outbox import Collection

PIECE = 1024 * 1024


class SharedStore:
    """Content by id. The id names the bytes, so whoever writes under it writes the same."""

    def __init__(self, bucket: AsyncIOMotorGridFSBucket, files: Collection, chunks: Collection) -> None:
        self._bucket = bucket
        self._files = files
        self._chunks = chunks

    async def prepare(self) -> None:
        """Makes the index that reading needs."""
        await self._chunks.create_indexes([IndexModel([("files_id", ASCENDING), ("n", ASCENDING)], unique=True)])

    async def put(self, content_id: str, task_id: str, content: bytes) -> None:
        """Keeps it once, also where several do so at a time or one was killed halfway.

        The bucket's own upload would stumble over the chunks that such a one has left.
        """
        if await self._files.find_one({"_id": content_id}, {"_id": 1}):
            return
        for number, start in enumerate(range(0, len(content), PIECE)):
            await _insert(
                self._chunks,
                {
                    "_id": f"{content_id}:{number}",
                    "files_id": content_id,
                    "n": number,
                    "data": content[start : start + PIECE],
                },
            )
        file = {"_id": content_id, "filename": content_id, "length": len(content), "chunkSize": PIECE}
        await _insert(self._files, {**file, "uploadDate": clock.now(), "metadata": {"task_id": task_id}})

    async def open(self, content_id: str) -> AsyncIterator[bytes]:
        """Its pieces, read as they are asked for; NotFound before the first where it is gone."""
        try:
            stream = await self._bucket.open_download_stream(content_id)
            first = await stream.readchunk()
        except CONTENT_GONE as gone:
            raise NotFound("unknown_document", "There is no such document.") from gone

        async def pieces() -> AsyncIterator[bytes]:
            piece = first
            while piece:
                yield piece
                piece = await stream.readchunk()

        return pieces()


async def _insert(collection: Collection, document: Document) -> None:
    with suppress(DuplicateKeyError):
        await collection.insert_one(document)
