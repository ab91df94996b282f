"""Where folders live: one document a task, guarded by its revision. No content here."""

from datetime import datetime, timedelta

from pymongo import ASCENDING, IndexModel

from chassis.database import Document, Documents
from chassis.errors import AlreadyHandled
from services.files.model import Folder

LEASE = timedelta(seconds=90)
"""Longer than a scan may take: until then no other instance takes the same folder's files."""

INDEXES = [
    IndexModel([("authority", ASCENDING), ("files.file_id", ASCENDING)]),
    IndexModel([("scan_at", ASCENDING)], partialFilterExpression={"scan_at": {"$type": "date"}}),
]


class FolderStore:
    """Folders by task, by attachment and by the time of their next scan."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def open(self) -> None:
        """Creates the indexes that are missing."""
        await self._documents.ensure_indexes(INDEXES)

    async def get(self, task_id: str) -> Folder | None:
        """A task's folder; None until the first file or event."""
        return _folder(await self._documents.get({"_id": task_id}))

    async def of_file(self, authority: str, file_id: str) -> Folder | None:
        """The folder of an attachment, in one authority's data only."""
        return _folder(await self._documents.get({"authority": authority, "files.file_id": file_id}))

    async def save(self, folder: Folder) -> bool:
        """Writes the folder; False where somebody else wrote since it was read."""
        document = _document(folder)
        if folder.revision == 0:
            try:
                await self._documents.insert({"_id": folder.task_id, **document})
            except AlreadyHandled:
                return False
            return True
        guard = {"_id": folder.task_id, "revision": folder.revision}
        return await self._documents.update(guard, {"$set": document}) is not None

    async def claim_due(self, at: datetime) -> Folder | None:
        """One folder with a file whose scan is due, and that no other instance takes meanwhile."""
        due = {"scan_at": {"$lte": at, "$type": "date"}}  # with the type, or the partial index would not serve
        return _folder(await self._documents.update(due, {"$set": {"scan_at": at + LEASE}}))


def _document(folder: Folder) -> Document:
    document = folder.model_dump(exclude={"task_id"})
    for file in document["files"]:
        file["refusal"] = file["refusal"] and str(file["refusal"])
    return {**document, "revision": folder.revision + 1, "scan_at": folder.scan_at}


def _folder(document: Document | None) -> Folder | None:
    return None if document is None else Folder.model_validate({**document, "task_id": document["_id"]})
