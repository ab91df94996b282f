"""Password resets under way in the database; gone when they have expired."""

from collections.abc import Sequence
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel

from chassis.database import OutboxCollection
from chassis.documents import Document
from chassis.outbox import Outgoing
from services.auth.model.codes import TRIES, Challenge
from services.auth.model.reset import Reset

INDEXES = [
    IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0),
    IndexModel([("account_id", ASCENDING), ("challenge.expires_at", DESCENDING)]),
]


class ResetStore:
    """Collection `resets`."""

    def __init__(self, documents: OutboxCollection) -> None:
        self._documents = documents

    async def ensure_indexes(self) -> None:
        """What is not finished in time vanishes."""
        await self._documents.ensure_indexes(INDEXES)

    async def start(self, reset: Reset, events: Sequence[Outgoing]) -> None:
        """Keeps a reset that waits for its code."""
        await self._documents.insert(reset.model_dump(exclude={"key"}) | {"_id": reset.key}, events)

    async def get(self, key: str, at: datetime) -> Reset | None:
        """A reset that is not too old."""
        return _reset(await self._documents.get({"_id": key, "expires_at": {"$gt": at}}))

    async def latest(self, account_id: str, at: datetime) -> Reset | None:
        """The reset whose code was sent to an account last, if it is still good."""
        query = {"account_id": account_id, "challenge.expires_at": {"$gt": at}}
        found = await self._documents.find(query, sort=[("challenge.expires_at", DESCENDING)], limit=1)
        return _reset(found[0]) if found else None

    async def replace_code(self, key: str, challenge: Challenge, events: Sequence[Outgoing]) -> Reset | None:
        """Another code; None where the one before has been given meanwhile."""
        change = {"$set": {"challenge": challenge.model_dump()}}
        return _reset(await self._documents.update({"_id": key, "state": "code"}, change, events))

    async def count_try(self, key: str, at: datetime) -> Reset | None:
        """Counts a try of the code before it is looked at; None where there is no code to try any more."""
        guard = {"_id": key, "state": "code", "challenge.tries": {"$lt": TRIES}, "challenge.expires_at": {"$gt": at}}
        return _reset(await self._documents.update(guard, {"$inc": {"challenge.tries": 1}}))

    async def accept(self, key: str, expires_at: datetime) -> Reset | None:
        """The right code was given, once: now a new password may be."""
        change = {"$set": {"state": "password", "expires_at": expires_at}}
        return _reset(await self._documents.update({"_id": key, "state": "code"}, change))

    async def end_elsewhere(self, account_id: str, address: str) -> None:
        """A code that was sent to another address than this one resets nothing."""
        await self._documents.raw.delete_many({"account_id": account_id, "address": {"$ne": address}})

    async def end(self, key: str) -> None:
        """It has done its work."""
        await self._documents.raw.delete_one({"_id": key})


def _reset(document: Document | None) -> Reset | None:
    return Reset.model_validate({**document, "key": document["_id"]}) if document else None
