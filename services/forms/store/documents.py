"""Where the PDFs of contributions live: GridFS, by random id, checked against their hash on the way out."""

import hashlib

from gridfs.errors import NoFile
from motor.motor_asyncio import AsyncIOMotorCollection, AsyncIOMotorGridFSBucket
from pymongo import ASCENDING, IndexModel

from chassis.database import CONTENT_GONE, Document

_STRAYS_A_ROUND = 100


class Damaged(Exception):  # noqa: N818 - a finding
    """The stored bytes are gone, or not those that were stored."""


class DocumentStore:
    """Documents by id, each of one task."""

    def __init__(self, bucket: AsyncIOMotorGridFSBucket, files: "AsyncIOMotorCollection[Document]") -> None:
        self._bucket = bucket
        self._files = files

    async def prepare(self) -> None:
        """Makes the index."""
        await self._files.create_indexes([IndexModel([("metadata.task_id", ASCENDING)])])

    async def put(self, document_id: str, task_id: str, content: bytes) -> None:
        """Stores a document."""
        await self._bucket.upload_from_stream_with_id(document_id, document_id, content, metadata={"task_id": task_id})

    async def read(self, document_id: str, sha256: str) -> bytes:
        """All of it; Damaged where it is not what was stored."""
        try:
            stream = await self._bucket.open_download_stream(document_id)
            content: bytes = await stream.read()
        except CONTENT_GONE as gone:
            raise Damaged(document_id) from gone
        if hashlib.sha256(content).hexdigest() != sha256:
            raise Damaged(document_id)
        return content

    async def keep_only(self, task_id: str, document_id: str) -> None:
        """Removes what submissions that did not come to be have left."""
        query = {"metadata.task_id": task_id, "_id": {"$ne": document_id}}
        for stray in await self._files.find(query, {"_id": 1}, limit=_STRAYS_A_ROUND).to_list(_STRAYS_A_ROUND):
            await self.remove(stray["_id"])

    async def remove(self, document_id: str) -> None:
        """Removes a document; nothing happens where it is gone already."""
        try:
            await self._bucket.delete(document_id)
        except NoFile:
            return
