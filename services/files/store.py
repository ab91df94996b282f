"""Where folders live, one document a task; the only module that knows the database. Content is in a `BlobStore`."""

from collections.abc import Callable
from datetime import datetime, timedelta

from pymongo import ASCENDING, IndexModel

from chassis.database import OutboxCollection
from chassis.documents import Key
from chassis.keys import KeyRing
from chassis.outbox import Outgoing
from chassis.repository import Mapper, Repository
from services.files.model.folder import Folder

LEASE = timedelta(seconds=90)
"""Longer than a scan may take: until then no other instance takes the same folder's files."""

MAPPER = Mapper(Folder, id_field="task_id", beside=lambda folder: {"scan_at": folder.scan_at})

INDEXES = [
    IndexModel([("authority", ASCENDING), ("files.file_id", ASCENDING)]),
    IndexModel([("scan_at", ASCENDING)], partialFilterExpression={"scan_at": {"$type": "date"}}),
]


class FolderStore:
    """Folders by task, by attachment and by the time of their next scan."""

    def __init__(self, documents: OutboxCollection, keys: KeyRing) -> None:
        self._documents = documents
        self._folders = Repository(documents, MAPPER, keys)

    async def prepare(self) -> None:
        """Makes the indexes."""
        await self._folders.ensure_indexes(INDEXES)

    async def get(self, authority: str, task_id: str) -> Folder:
        """A task's folder; empty until the first file or event."""
        return await self._folders.get(Key(authority, task_id)) or Folder(task_id=task_id, authority=authority)

    async def of_file(self, authority: str, file_id: str) -> Folder | None:
        """The folder of an attachment, in one authority's data only."""
        return await self._folders.find_one([authority], {"files.file_id": file_id})

    async def change(self, authority: str, task_id: str, decide: Callable[[Folder], Folder]) -> Folder:
        """What `decide` makes of it (`Repository.change`)."""

        async def decided(kept: Folder | None) -> tuple[Folder, list[Outgoing]]:
            before = kept or Folder(task_id=task_id, authority=authority)
            after = decide(before)
            return before if after == before else after, []

        return await self._folders.change(Key(authority, task_id), decided)

    async def remove(self, key: Key, _: str) -> None:
        """It is erased."""
        await self._folders.remove(key)

    async def claim_due(self, at: datetime) -> Folder | None:
        """One folder with a file whose scan is due, and that no other instance takes meanwhile."""
        due = {"scan_at": {"$lte": at, "$type": "date"}}  # with the type, or the partial index would not serve
        return await self._folders.opened(await self._documents.update(due, {"$set": {"scan_at": at + LEASE}}))

    async def let_go(self, folder: Folder) -> None:
        """A claimed folder has nothing to scan: the document says again when it has."""
        guard = {"_id": folder.task_id, "authority": folder.authority}
        await self._documents.update(guard, {"$set": {"scan_at": folder.scan_at}})
