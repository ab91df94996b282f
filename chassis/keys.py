"""Data keys: one for each thing that is kept about a child, wrapped with its authority's key, destroyed with the thing.

Where the authorities' keys are says `wrapping`. See ADR 0038 and docs/security.md, "At rest".
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import datetime
from typing import Any

from pydantic import SecretStr
from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from chassis import clock, indexes
from chassis.database import Database, Inserts
from chassis.documents import Document, Key
from chassis.errors import AlreadyHandled, NotFound
from chassis.sealing import DataKey
from chassis.settings import StoredServiceSettings, key_bytes
from chassis.wrapping import Wrapping, wrapping_of

_KNOWN_SECONDS = 300
_MOST_KNOWN = 20_000
_KEY_BYTES = 32
_IS_DESTROYED = {"destroyed_at": {"$type": "date"}}


class KeyDestroyed(NotFound, AlreadyHandled):
    """It is erased: for whoever asks it is not there, and what comes late about it changes nothing."""

    def __init__(self) -> None:
        super().__init__("erased", "There is no such thing, or it was erased.")


class KeyRing:
    """The data keys of one service, wrapped in its database, and for minutes in clear in its memory."""

    def __init__(self, database: Database, wrapping: Wrapping) -> None:
        self._keys = database.collection("keys")
        self._inserts = Inserts(self._keys)
        self._wrapping = wrapping
        self._known: dict[Key, tuple[DataKey, float]] = {}

    async def prepare(self) -> None:
        """Makes the indexes."""
        await indexes.ensure(
            self._keys,
            [
                *(IndexModel([("authority", ASCENDING), (field, ASCENDING)]) for field in ("key", "wrapped_with")),
                IndexModel([("destroyed_at", DESCENDING)], partialFilterExpression=_IS_DESTROYED),
            ],
        )

    async def of(self, key: Key, *, is_new: bool = False) -> DataKey:
        """The key of one thing, made at its first use. KeyDestroyed where it was destroyed.

        `is_new` says that most probably there is none yet: then it is written without looking. Where there is one, it
        is not taken from memory: another replica may have destroyed it.
        """
        if (known := self._remembered(key)) is not None:
            if is_new:
                await self.confirm(key)
            return known
        document = None if is_new else await self._keys.find_one({"_id": _id(key)})
        if document is None:
            raw = secrets.token_bytes(_KEY_BYTES)
            try:
                await self._inserts.add(await self._document(key, raw))
            except AlreadyHandled:
                document = await self._keys.find_one({"_id": _id(key)})
            else:
                return self._remember(key, raw)
        return await self._unwrapped(key, document)

    async def of_all(self, keys: Iterable[Key]) -> Mapping[Key, DataKey]:
        """The keys of several, in one query; without those that were destroyed."""
        found = {key: self._remembered(key) for key in keys}
        missing = {_id(key): key for key, known in found.items() if known is None}
        if missing:
            query = {"_id": {"$in": list(missing)}, "destroyed_at": None}
            async for document in self._keys.find(query, {"wrapped": 1}):
                key = missing[document["_id"]]
                found[key] = await self._unwrapped(key, document)
        return {key: known for key, known in found.items() if known is not None}

    async def confirm(self, key: Key) -> None:
        """KeyDestroyed where it was destroyed meanwhile, by any replica."""
        if await self._keys.find_one({"_id": _id(key), "destroyed_at": None}, {"_id": 1}) is None:
            raise KeyDestroyed

    async def is_destroyed(self, key: Key) -> bool:
        """Whether it was, by any replica; one that there never was is not."""
        return await self._keys.find_one({"_id": _id(key), **_IS_DESTROYED}, {"_id": 1}) is not None

    async def last_destroyed_at(self) -> datetime | None:
        """When one was destroyed last, of any authority; None where none ever was."""
        found = self._keys.find(_IS_DESTROYED, {"destroyed_at": 1}, limit=1).sort("destroyed_at", DESCENDING)
        newest = await found.to_list(1)
        return newest[0]["destroyed_at"] if newest else None

    async def destroy(self, key: Key, at: datetime) -> None:
        """Nothing that was sealed with it can be read again, here or in a backup without keys; nor is there a new one.

        Another replica may know it for some minutes more, and confirms it before it keeps anything new.
        """
        change = {"destroyed_at": at, "authority": key.authority, "key": key.id, "wrapped": None, "wrapped_with": None}
        with suppress(DuplicateKeyError):  # it was destroyed before
            await self._keys.update_one({"_id": _id(key), "destroyed_at": None}, {"$set": change}, upsert=True)
        self._known.pop(key, None)  # afterwards: whoever asks meanwhile remembers it

    async def forget(self, first: Key, last: Key) -> None:
        """The same for all keys of an authority from the first to before the last, without a note that they were."""
        for key in [known for known in self._known if first <= known < last]:
            del self._known[key]
        await self._keys.delete_many({"authority": first.authority, "key": {"$gte": first.id, "$lt": last.id}})

    async def rotate(self, authority: str, *, most: int = 500) -> int:
        """Wraps an authority's data keys anew, with a new wrapping key; how many there were. Content stays as it is.

        What a crash has left half done is gone on with: a new wrapping key is made where none waits for its keys.
        """
        if not await self._stale(authority, 1):
            await self._wrapping.turn(authority)
        return await self.catch_up(authority, most=most)

    async def catch_up(self, authority: str, *, most: int = 500) -> int:
        """Wraps anew what is not wrapped with the newest key; how many there were."""
        count = 0
        while stale := await self._stale(authority, most):
            for document in stale:
                key = Key(authority, document["key"])
                wrapped = await self._wrapping.wrap(key, await self._wrapping.unwrap(key, document["wrapped"]))
                change = {"$set": {"wrapped": wrapped, "wrapped_with": _wrapped_with(wrapped)}}
                await self._keys.update_one({"_id": document["_id"], "wrapped": document["wrapped"]}, change)
            count += len(stale)
        return count

    async def _stale(self, authority: str, most: int) -> Sequence[Document]:
        newest = await self._wrapping.newest(authority)
        # Two ranges around the newest one, which an index can serve, and "not equal" cannot.
        others = [{"wrapped_with": {"$lt": newest}}, {"wrapped_with": {"$gt": newest}}]
        found = self._keys.find({"authority": authority, "$or": others}, limit=most)
        return await found.to_list(most)

    async def _document(self, key: Key, raw: bytes) -> Document:
        wrapped = await self._wrapping.wrap(key, raw)
        return {
            "_id": _id(key),
            "authority": key.authority,
            "key": key.id,
            "wrapped": wrapped,
            "wrapped_with": _wrapped_with(wrapped),
            "made_at": clock.now(),
            "destroyed_at": None,
        }

    async def _unwrapped(self, key: Key, document: Mapping[str, Any] | None) -> DataKey:
        if document is None or document["wrapped"] is None:
            raise KeyDestroyed
        return self._remember(key, await self._wrapping.unwrap(key, document["wrapped"]))

    def _remembered(self, key: Key) -> DataKey | None:
        known, until = self._known.get(key, (None, 0.0))
        return known if time.monotonic() < until else None

    def _remember(self, key: Key, raw: bytes) -> DataKey:
        if len(self._known) >= _MOST_KNOWN:
            del self._known[next(iter(self._known))]
        self._known.pop(key, None)
        known = DataKey(key, raw)
        self._known[key] = (known, time.monotonic() + _KNOWN_SECONDS)
        return known


async def opened_outside(
    service: str, settings: StoredServiceSettings, closing: AsyncExitStack
) -> tuple[Database, KeyRing]:
    """A service's database and its keys, from outside of it; `closing` lets go of both."""
    database = Database.open(settings.mongo_url.get_secret_value(), settings.mongo_database)
    closing.callback(database.close)
    wrapping = wrapping_of(settings, service, database)
    closing.push_async_callback(wrapping.close)
    return database, KeyRing(database, wrapping)


class Finder:
    """Keyed hashes: what somebody is found by, and nobody can read or guess without the key."""

    def __init__(self, key: SecretStr) -> None:
        self._key = key_bytes(key)

    def __call__(self, kind: str, *words: str) -> str:
        """The same for the same words of the same kind; 32 hexadecimal digits."""
        return hmac.new(self._key, "\x1f".join((kind, *words)).encode(), hashlib.sha256).hexdigest()[:32]


def _id(key: Key) -> str:
    return " ".join(key)


def _wrapped_with(wrapped: str) -> str:
    return wrapped.partition(":")[0]
