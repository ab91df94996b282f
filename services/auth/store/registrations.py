"""Registrations under way in the database; gone a day after they were started."""

from collections.abc import Sequence
from datetime import datetime

from pymongo import ASCENDING, IndexModel

from chassis.database import OutboxCollection
from chassis.documents import Document
from chassis.outbox import Outgoing
from contracts.api.auth import RegistrationDetails
from services.auth.model.codes import TRIES, Challenge
from services.auth.model.registration import Registration

INDEXES = [IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0)]


class RegistrationStore:
    """Collection `registrations`."""

    def __init__(self, documents: OutboxCollection) -> None:
        self._documents = documents

    async def ensure_indexes(self) -> None:
        """What is not finished within a day vanishes."""
        await self._documents.ensure_indexes(INDEXES)

    async def start(self, registration: Registration) -> None:
        """Keeps step 1."""
        await self._documents.insert(registration.model_dump(exclude={"key"}) | {"_id": registration.key})

    async def get(self, key: str, at: datetime) -> Registration | None:
        """A registration that is not too old."""
        return _registration(await self._documents.get({"_id": key, "expires_at": {"$gt": at}}))

    async def set_details(self, key: str, details: RegistrationDetails, at: datetime) -> Registration | None:
        """Step 1 anew."""
        change = {"$set": {"details": details.model_dump()}}
        return _registration(await self._documents.update(_open(key, at), change))

    async def set_credentials(
        self, registration: Registration, challenge: Challenge, events: Sequence[Outgoing], at: datetime
    ) -> Registration | None:
        """Step 2, and the code that goes to its address; an older code is overwritten."""
        fields = registration.model_dump(include={"email", "password_hash"})
        change = {"$set": {**fields, "challenge": challenge.model_dump()}}
        return _registration(await self._documents.update(_open(registration.key, at), change, events))

    async def replace_code(
        self, registration: Registration, challenge: Challenge, events: Sequence[Outgoing], at: datetime
    ) -> Registration | None:
        """Another code to the same address; None where the address has been changed meanwhile."""
        guard = {**_open(registration.key, at), "email": registration.email}
        change = {"$set": {"challenge": challenge.model_dump()}}
        return _registration(await self._documents.update(guard, change, events))

    async def count_try(self, key: str, at: datetime) -> Registration | None:
        """Counts a try of the code before it is looked at; None where there is no code to try any more."""
        guard = {**_open(key, at), "challenge.tries": {"$lt": TRIES}, "challenge.expires_at": {"$gt": at}}
        return _registration(await self._documents.update(guard, {"$inc": {"challenge.tries": 1}}))

    async def complete(self, key: str) -> None:
        """The account stands: what was secret or could be tried again is dropped."""
        change = {"$set": {"state": "completed", "password_hash": "", "challenge": None}}
        await self._documents.update({"_id": key}, change)


def _open(key: str, at: datetime) -> Document:
    return {"_id": key, "state": "open", "expires_at": {"$gt": at}}


def _registration(document: Document | None) -> Registration | None:
    return Registration.model_validate({**document, "key": document["_id"]}) if document else None
