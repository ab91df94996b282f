"""Challenges for passkeys in the database; gone when they are answered, or have expired."""

from datetime import datetime

from pymongo import ASCENDING, IndexModel

from chassis import indexes
from chassis.outbox import Collection
from services.auth.model.passkeys import PasskeyChallenge

INDEXES = [IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0)]


class PasskeyChallengeStore:
    """Collection `passkey_challenges`."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def ensure_indexes(self) -> None:
        """What is not answered in time vanishes."""
        await indexes.ensure(self._collection, INDEXES)

    async def start(self, challenge: PasskeyChallenge) -> None:
        """Keeps a challenge that waits for its answer."""
        await self._collection.insert_one(challenge.model_dump(exclude={"key"}) | {"_id": challenge.key})

    async def take(self, key: str, account_id: str, at: datetime) -> PasskeyChallenge | None:
        """A challenge for this account, or for nobody's yet: once, whatever its answer is."""
        guard = {"_id": key, "account_id": account_id, "expires_at": {"$gt": at}}
        document = await self._collection.find_one_and_delete(guard)
        return PasskeyChallenge.model_validate({**document, "key": key}) if document else None
