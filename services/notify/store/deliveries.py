"""Emails that are owed, that wait for their digest, and what became of them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any
from uuid import uuid4

from pymongo import ASCENDING, IndexModel

from chassis.batcher import Batcher
from chassis.database import OutboxCollection
from chassis.documents import Document, Key
from chassis.errors import AlreadyHandled, TryLater
from chassis.keys import KeyRing
from chassis.outbox import Outgoing
from chassis.sealing import DataKey, Sealing, sealed_fields
from services.notify.model import EmailDelivery, ReportAddress, State, masked

KEPT = timedelta(days=90)
"""Longer than dead letters and sent events are kept: until then a repetition is known as one."""

_TOLD_SECONDS = 5
_DAYS = "emails of "
_SEALED = sealed_fields(EmailDelivery)
_BEFORE: Mapping[State, Sequence[State]] = {"failed": ["queued", "sent"], "lost": ["sent"]}
"""What a delivery may be before it ends so; `queued` for all other ends."""
_WORDS = {"values": "", "code": "", "lines": ""}
_PERSONAL = {"person": "", **_WORDS}

_INDEXES = [
    IndexModel(
        [("urgency", ASCENDING), ("next_at", ASCENDING)], partialFilterExpression={"state": "queued"}, name="due"
    ),
    IndexModel([("claim", ASCENDING)], partialFilterExpression={"claim": {"$exists": True}}, name="claimed"),
    IndexModel([("forget_at", ASCENDING)], expireAfterSeconds=0),
    IndexModel([("authority", ASCENDING), ("delegation_id", ASCENDING)]),
    IndexModel(
        [("account_id", ASCENDING), ("authority", ASCENDING), ("created_at", ASCENDING)],
        partialFilterExpression={"state": "waiting"},
        name="waiting",
    ),
]


class DeliveryStore:
    """Deliveries. What is no longer owed keeps no words, and its address only for as long as its day has a key."""

    def __init__(self, documents: OutboxCollection, keys: KeyRing) -> None:
        self._documents = documents
        self._keys = keys
        self._marks = Batcher(self._mark_all)

    async def open(self) -> None:
        """Makes the indexes."""
        await self._documents.ensure_indexes(_INDEXES)

    async def add(self, delivery: EmailDelivery, *, next_at: datetime) -> None:
        """Owes this email, or what waits for its digest; AlreadyHandled where it was owed before."""
        key = _key(delivery.authority, delivery.owed_since)
        sealing = Sealing(await self._keys.of(key), self._documents.raw.name)
        await self._documents.insert(
            {
                "_id": delivery.delivery_id,
                **_SEALED.seal(delivery.model_dump(exclude={"delivery_id"}), sealing),
                "email_masked": masked(delivery.person.email),
                "urgency": delivery.urgency,
                "state": "waiting" if delivery.waits_until else "queued",
                "next_at": next_at,
                "forget_at": delivery.created_at + KEPT,
            }
        )

    async def withdraw(self, delivery_id: str, *, at: datetime) -> None:
        """Owes this email no longer, nor when the fact is heard only now."""
        try:
            await self._documents.insert({"_id": delivery_id, "state": "withdrawn", "forget_at": at + KEPT})
        except AlreadyHandled:
            await self._end(delivery_id, "withdrawn", at)

    async def claim_due(self, limit: int, *, at: datetime, until: datetime) -> list[EmailDelivery]:
        """Takes what is due, the urgent first; nobody else gets the same before `until`."""
        owed = {"state": "queued", "next_at": {"$lte": at}}
        found = await self._documents.find(
            owed, sort=[("urgency", ASCENDING), ("next_at", ASCENDING)], limit=limit, projection={"_id": 1}
        )
        if not found:
            return []
        claim = str(uuid4())
        mine = {"_id": {"$in": [document["_id"] for document in found]}, **owed}
        await self._documents.raw.update_many(mine, {"$set": {"claim": claim, "next_at": until}})
        claimed = await self._documents.find({"claim": claim, "state": "queued"}, limit=limit)
        return await opened(claimed, self._keys, self._documents.raw.name)

    async def remove(self, key: Key, delegation_id: str) -> None:
        """Everything about a delegation that is erased; TryLater where some of it has to be told yet."""
        about = {"authority": key.authority, "delegation_id": delegation_id}
        await self._documents.raw.delete_many({**about, "outbox.0": {"$exists": False}})
        if await self._documents.get(about, {"_id": 1}) is not None:
            raise TryLater(_TOLD_SECONDS, "a council is to be told of it yet")

    async def forget_keys(self, authorities: Iterable[str], before: datetime) -> None:
        """The keys of days whose emails are all sent or given up."""
        for authority in authorities:
            await self._keys.forget(Key(authority, _DAYS), _key(authority, before))

    async def mark_sent(self, delivery_id: str) -> None:
        """The mail server has it. Marks that are asked for at the same time go out as one write."""
        await self._marks.add(delivery_id)

    async def _mark_all(self, delivery_ids: list[str]) -> list[Exception | None]:
        change = {"$set": {"state": "sent"}, "$unset": _WORDS}
        await self._documents.raw.update_many({"_id": {"$in": delivery_ids}, "state": "queued"}, change)
        return [None] * len(delivery_ids)

    async def postpone(self, delivery: EmailDelivery, *, until: datetime) -> None:
        """Refused for now: one attempt more, and again later."""
        await self._documents.update(
            {"_id": delivery.delivery_id, "state": "queued"}, {"$set": {"next_at": until}, "$inc": {"attempts": 1}}
        )

    async def release(self, delivery_ids: Sequence[str], *, at: datetime) -> None:
        """Taken, but not tried: whoever comes next may."""
        if delivery_ids:
            owed = {"_id": {"$in": list(delivery_ids)}, "state": "queued"}
            await self._documents.raw.update_many(owed, {"$set": {"next_at": at}})

    async def reported(self, about: ReportAddress) -> EmailDelivery | None:
        """The email that a report is about; None where it is over, or forgotten to whom it went."""
        document = await self._documents.get({"_id": about.delivery_id, "state": {"$in": ["queued", "sent"]}})
        if document is None:
            return None
        keys = await self._keys.of_all({key := key_of(document)})
        if key not in keys:
            return None
        delivery = _delivery({"values": {}, **document}, keys, self._documents.raw.name)
        if not compare_digest(delivery.report_token, about.token):
            return None
        if document["state"] == "queued":
            raise TryLater(_TOLD_SECONDS, "that it was sent is not written down yet")
        return delivery

    async def sent(self, authorities: Sequence[str], delivery_ids: Collection[str]) -> list[EmailDelivery]:
        """Those of these that are sent, and of which it is still known to whom."""
        mine = {"_id": {"$in": list(delivery_ids)}, "authority": {"$in": list(authorities)}, "state": "sent"}
        found = await self._documents.find(mine, limit=len(delivery_ids)) if delivery_ids else []
        keys = await self._keys.of_all(map(key_of, found))
        readable = [{"values": {}, **each} for each in found if key_of(each) in keys]
        return await opened(readable, self._keys, self._documents.raw.name)

    async def expire(self, delivery_id: str, *, at: datetime) -> None:
        """Of no use any more."""
        await self._end(delivery_id, "expired", at)

    async def fail(self, delivery_id: str, events: Sequence[Outgoing], *, at: datetime) -> None:
        """Refused for good, and told."""
        await self._end(delivery_id, "failed", at, *events)

    async def lose(self, delivery_id: str, *, at: datetime) -> bool:
        """Taken, and then not sent; False where that was noted before."""
        return await self._end(delivery_id, "lost", at)

    async def _end(self, delivery_id: str, state: State, at: datetime, *events: Outgoing) -> bool:
        guard = {"_id": delivery_id, "state": {"$in": _BEFORE.get(state, ["queued"])}}
        return await self._documents.update(guard, ended(state, at), events) is not None


def ended(state: State, at: datetime) -> dict[str, Any]:
    """The change of one that is owed no longer: nothing of whom it was for, or of what it said, is kept."""
    return {"$set": {"state": state, "ended_at": at}, "$unset": _PERSONAL}


def _key(authority: str, day: datetime) -> Key:
    """One for all emails of a day: none of them is kept for longer than it is tried."""
    return Key(authority, f"{_DAYS}{day.date()}")


async def opened(documents: Sequence[Document], keys: KeyRing, collection: str) -> list[EmailDelivery]:
    """The deliveries of these documents, with one query for their keys."""
    known = await keys.of_all(map(key_of, documents))
    return [_delivery(each, known, collection) for each in documents]


def key_of(document: Document) -> Key:
    """With which day's key it is sealed."""
    return _key(document["authority"], document.get("waits_until") or document["created_at"])


def _delivery(document: Document, keys: Mapping[Key, DataKey], collection: str) -> EmailDelivery:
    # Without a key it is of a version that did not seal.
    if (key := keys.get(key_of(document))) is not None:
        document = _SEALED.open(document, Sealing(key, collection))
    return EmailDelivery.model_validate({**document, "delivery_id": document["_id"]})
