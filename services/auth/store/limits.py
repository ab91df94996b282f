"""How often a thing was done lately, counted before it is done, so that parallel tries cannot slip past."""

from datetime import datetime

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from chassis import indexes
from chassis.outbox import Collection
from services.auth.model.limits import Limit

INDEXES = [IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0)]


class LimitStore:
    """Collection `limits`: per key the times of the latest uses, no more of them than the limit allows."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def ensure_indexes(self) -> None:
        """Counts vanish when they no longer matter."""
        await indexes.ensure(self._collection, INDEXES)

    async def use(self, key: str, limit: Limit, at: datetime) -> bool:
        """Takes one use, or says that there is none left. One atomic write where there is one."""
        if await self._take(key, limit, at):
            return True
        try:
            await self._collection.insert_one({"_id": key, "at": [at], "expires_at": at + limit.window})
        except DuplicateKeyError:
            return await self._take(key, limit, at)  # somebody's first use came between, or the limit is reached
        return True

    async def give_back(self, key: str) -> None:
        """Takes the latest use back: it was none of what is guarded against."""
        await self._collection.update_one({"_id": key}, {"$pop": {"at": 1}})

    async def clear(self, *keys: str) -> None:
        """Forgets the uses: what they guarded against has not happened."""
        await self._collection.delete_many({"_id": {"$in": list(keys)}})

    async def _take(self, key: str, limit: Limit, at: datetime) -> bool:
        """The uses are in the order of their time: a full list whose first is old enough has room again."""
        is_full = f"at.{limit.most - 1}"
        guard = {"_id": key, "$or": [{is_full: {"$exists": False}}, {"at.0": {"$lte": at - limit.window}}]}
        change = {
            "$push": {"at": {"$each": [at], "$slice": -limit.most}},
            "$set": {"expires_at": at + limit.window},
        }
        return (await self._collection.update_one(guard, change)).matched_count == 1
