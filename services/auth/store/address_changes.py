"""Changes of address under way in the database; gone when they have expired."""

from collections.abc import Sequence
from datetime import datetime

from pymongo import ASCENDING, IndexModel

from chassis.database import OutboxCollection
from chassis.documents import Document
from chassis.outbox import Outgoing
from services.auth.model.address_change import AddressChange
from services.auth.model.codes import TRIES

INDEXES = [IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0)]


class AddressChangeStore:
    """Collection `address_changes`."""

    def __init__(self, documents: OutboxCollection) -> None:
        self._documents = documents

    async def ensure_indexes(self) -> None:
        """What is not finished in time vanishes."""
        await self._documents.ensure_indexes(INDEXES)

    async def start(self, change: AddressChange, events: Sequence[Outgoing]) -> None:
        """Keeps a change that waits for its codes."""
        await self._documents.insert(change.model_dump(exclude={"key"}) | {"_id": change.key}, events)

    async def get(self, key: str, account_id: str, at: datetime) -> AddressChange | None:
        """A change of this account's that is not too old."""
        return _change(await self._documents.get({"_id": key, "account_id": account_id, "expires_at": {"$gt": at}}))

    async def count_try(self, key: str, account_id: str, at: datetime) -> AddressChange | None:
        """Counts a try of both codes before they are looked at; None where there is nothing to try any more."""
        is_open = {"new.tries": {"$lt": TRIES}, "new.expires_at": {"$gt": at}}
        guard = {"_id": key, "account_id": account_id, **is_open}
        return _change(await self._documents.update(guard, {"$inc": {"new.tries": 1}}))

    async def end(self, key: str) -> None:
        """It has done its work."""
        await self._documents.raw.delete_one({"_id": key})


def _change(document: Document | None) -> AddressChange | None:
    return AddressChange.model_validate({**document, "key": document["_id"]}) if document else None
