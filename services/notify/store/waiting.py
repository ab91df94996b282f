"""What waits for its digest, among the deliveries."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from pymongo import ASCENDING

from chassis.database import OutboxCollection
from chassis.documents import Key
from chassis.errors import AlreadyHandled
from chassis.keys import KeyRing
from chassis.outbox import derived_id
from chassis.sealing import Sealing
from contracts.base import Contact
from services.notify.model import EmailDelivery, State, masked
from services.notify.store.deliveries import KEPT, ended, key_of, opened

_ENDS = ["retracted", "receipt"]
_MOST_ENDS = 2000
"""A form has one a round and inbox."""
_MOST_WAITING = 1000
"""Of one account; a day brings a few dozen to who manages a large group."""


class WaitingStore:
    """Deliveries in the state `waiting`, and what they become."""

    def __init__(self, documents: OutboxCollection, keys: KeyRing) -> None:
        self._documents = documents
        self._keys = keys

    async def account_of(self, authority: str, delivery_id: str) -> str | None:
        """Whose digest one waits for; None where it waits no more."""
        one = {"_id": delivery_id, "authority": authority, "state": "waiting"}
        document = await self._documents.get(one, {"account_id": 1})
        return document["account_id"] if document else None

    async def of(self, authority: str, account_id: str, until: datetime, limit: int) -> list[EmailDelivery]:
        """What waits for an account's digest of then, or of before; in the order in which it happened.

        What nobody can read any more, its day's key being gone, waits no more: it must not keep back the rest.
        """
        due = {**_waiting(account_id, [authority]), "waits_until": {"$lte": until}}
        found = await self._documents.find(due, sort=[("created_at", ASCENDING)], limit=limit)
        keys = await self._keys.of_all(map(key_of, found))
        await self.end([each["_id"] for each in found if key_of(each) not in keys], "expired", until)
        readable = [each for each in found if key_of(each) in keys]
        return await opened(readable, self._keys, self._documents.raw.name)

    async def ended(self, authority: str, delegation_ids: Iterable[str | None]) -> dict[str, int]:
        """Of these delegations, those that were submitted or retracted: at which version of their task, the last."""
        about = {"authority": authority, "delegation_id": {"$in": [each for each in delegation_ids if each]}}
        found = await self._documents.find(
            {**about, "purpose": {"$in": _ENDS}},
            sort=[("delegation_id", ASCENDING)],
            limit=_MOST_ENDS,
            projection={"delegation_id": 1, "task_version": 1},
        )
        ended: dict[str, int] = {}
        for each in found:
            known = ended.get(each["delegation_id"], 0)
            ended[each["delegation_id"]] = max(known, each.get("task_version", 0))
        return ended

    async def note_retraction(self, delegation: Key, task_version: int, at: datetime) -> None:
        """A delegation ended and nobody is told of that by email; what waits about it is over all the same."""
        note = {"authority": delegation.authority, "delegation_id": delegation.id, "purpose": "retracted"}
        known_as = derived_id("notify.retraction", *delegation)
        with suppress(AlreadyHandled):
            await self._documents.insert(
                {
                    "_id": known_as,
                    **note,
                    "task_version": task_version,
                    "state": "withdrawn",
                    "forget_at": at + KEPT,
                }
            )

    async def told_by(self, digest_id: str) -> list[str]:
        """The ids of what a digest tells."""
        document = await self._documents.get({"_id": digest_id}, {"tells": 1})
        return [each["delivery_id"] for each in document["tells"]] if document else []

    async def end(self, delivery_ids: Collection[str], state: State, at: datetime) -> None:
        """They wait no more, and nothing of what they said is kept."""
        if delivery_ids:
            mine = {"_id": {"$in": list(delivery_ids)}, "state": "waiting"}
            await self._documents.raw.update_many(mine, ended(state, at))

    async def release(self, account_id: str, authorities: Sequence[str], at: datetime) -> None:
        """Each goes out by itself, at once."""
        change = {"$set": {"state": "queued", "next_at": at}}
        await self._documents.raw.update_many(_waiting(account_id, authorities), change)

    async def drop(self, account_id: str, authorities: Sequence[str], at: datetime) -> None:
        """Nobody is there to be told."""
        await self._documents.raw.update_many(_waiting(account_id, authorities), ended("withdrawn", at))

    async def readdress(self, account_id: str, authorities: Sequence[str], person: Contact) -> None:
        """What waits goes to another address."""
        found = await self._documents.find(_waiting(account_id, authorities), limit=_MOST_WAITING)
        for each in found:
            sealing = Sealing(await self._keys.of(key_of(each)), self._documents.raw.name)
            sealed = sealing.value(person.model_dump(), "person")
            change = {"$set": {"person": sealed, "email_masked": masked(person.email)}}
            await self._documents.raw.update_one({"_id": each["_id"], "state": "waiting"}, change)


def _waiting(account_id: str, authorities: Sequence[str]) -> dict[str, Any]:
    return {"account_id": account_id, "authority": {"$in": list(authorities)}, "state": "waiting"}
