"""Aggregates: each one document, changed in one way: read, decide, write where nobody has written in between."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

from pydantic import BaseModel
from pymongo import IndexModel

from chassis import loop
from chassis.database import OutboxCollection
from chassis.documents import Document, Key, storable
from chassis.errors import AlreadyHandled, Refused, TryLater
from chassis.keys import KeyDestroyed, KeyRing
from chassis.outbox import Outgoing
from chassis.sealing import Sealing, sealed_fields

Aggregate = TypeVar("Aggregate", bound=BaseModel)
Decide: TypeAlias = Callable[[Aggregate | None], Awaitable[tuple[Aggregate, Sequence[Outgoing]]]]
"""What becomes of an aggregate as it was read, None where there is none, and what is told of it.

The very same object given back means that nothing changes. It is asked anew where somebody wrote in between.
"""
DecideFound: TypeAlias = Callable[[Aggregate], Awaitable[tuple[Aggregate, Sequence[Outgoing]]]]
"""The same of one that is there."""
Upcaster: TypeAlias = Callable[[Document], Document]
"""Makes a document of the next schema out of one of the schema before."""

_TRIES = 8
_LONGEST_PAUSE = 0.01
_TOLD_SECONDS = 5
_KEPT_CHANGING = "it kept changing"
_COUNTED: Document = {"revision": {"$add": [{"$ifNull": ["$revision", 0]}, 1]}}


async def _pause(attempt: int) -> None:
    """Spreads those who race for the same aggregate over a moment."""
    await asyncio.sleep(random.uniform(0, _LONGEST_PAUSE * attempt))  # noqa: S311 - nobody guards anything by it


def _nothing(_: Any) -> Document:
    return {}


class Mapper(Generic[Aggregate]):
    """How an aggregate stands in its document, and how it is read back, from documents of older schemas too.

    `id_field` is the field that is the document's `_id`, where the aggregate has one; `beside` gives what else stands
    in the document, to be found by; fields in `sparse` stand in it only where they are not empty, for an index to leave
    out those that are. The first of `upcasters` takes a document from schema 1 to 2, and so on.
    """

    def __init__(
        self,
        model: type[Aggregate],
        *,
        id_field: str = "",
        beside: Callable[[Aggregate], Document] = _nothing,
        sparse: Sequence[str] = (),
        upcasters: Sequence[Upcaster] = (),
    ) -> None:
        self._model = model
        self._sealed = sealed_fields(model)
        self._id_field = id_field
        self._beside = beside
        self._sparse = sparse
        self._upcasters = upcasters

    @property
    def is_sealed(self) -> bool:
        """Whether any of it is kept sealed."""
        return bool(self._sealed)

    def document(self, aggregate: Aggregate, sealing: Sealing | None = None) -> Document:
        """Everything but its `_id`, sealed where its models say so; what stands beside it may be models too."""
        fields = storable(aggregate.model_dump(exclude={self._id_field}))
        kept = {name: value for name, value in fields.items() if value or name not in self._sparse}
        if sealing:
            kept = self._sealed.seal(kept, sealing)
        beside = {name: _beside(name, value, sealing) for name, value in self._beside(aggregate).items()}
        written = {"schema": 1 + len(self._upcasters), **({"is_sealed": True} if sealing else {})}
        return {**kept, **beside, **written}

    def hides(self, document: Document) -> bool:
        """Whether there is anything in it that is to be sealed, or is."""
        return self._sealed.are_in(document)

    def aggregate(self, document: Document, sealing: Sealing | None = None) -> Aggregate:
        """As it was kept."""
        if sealing:
            document = self._sealed.open(document, sealing)
        for upcast in self._upcasters[document.get("schema", 1) - 1 :]:
            document = upcast(document)
        known_by = {self._id_field: document["_id"]} if self._id_field else {}
        return self._model.model_validate({**document, **known_by})


def _beside(name: str, value: Any, sealing: Sealing | None) -> Any:
    if not isinstance(value, BaseModel):
        return value
    fields = storable(value.model_dump())
    return sealed_fields(type(value)).seal(fields, sealing, name) if sealing else fields


class Repository(Generic[Aggregate]):
    """The aggregates of one kind. Every query names the authority whose they are. What is sealed has keys."""

    def __init__(
        self,
        documents: OutboxCollection,
        mapper: Mapper[Aggregate],
        keys: KeyRing | None = None,
        *,
        authority_field: str = "authority",
    ) -> None:
        if mapper.is_sealed and keys is None:
            raise TypeError("what is sealed needs keys")
        self._documents = documents
        self._mapper = mapper
        self._keys = keys if mapper.is_sealed else None
        self._authority_field = authority_field

    async def ensure_indexes(self, indexes: Sequence[IndexModel]) -> None:
        """Creates what is missing; to be called once at start."""
        await self._documents.ensure_indexes(indexes)

    async def sealing(self, key: Key) -> Sealing:
        """With what this one is sealed, for a patch. KeyDestroyed where its key was destroyed."""
        sealing = await self._sealing(key)
        if sealing is None:
            raise TypeError("nothing of this kind is sealed")
        return sealing

    async def _sealing(self, key: Key, *, is_new: bool = False) -> Sealing | None:
        if self._keys is None:
            return None
        return Sealing(await self._keys.of(key, is_new=is_new), self._documents.raw.name)

    async def opened(self, document: Document | None) -> Aggregate | None:
        """What a document holds that was read elsewhere; None where nothing was found."""
        if document is None:
            return None
        return await self._aggregate(document, await self._read_with(document))

    async def _aggregate(self, document: Document, sealing: Sealing | None) -> Aggregate:
        return await loop.work(loop.weight(document), self._mapper.aggregate, document, sealing)

    async def _read_with(self, document: Document) -> Sealing | None:
        return await self._unless_erased(self._key_of(document), lambda: document)

    async def _unless_erased(
        self, key: Key, document: Callable[[], Document], *, is_new: bool = False
    ) -> Sealing | None:
        """What has nothing to hide outlives its key."""
        try:
            return await self._sealing(key, is_new=is_new)
        except KeyDestroyed:
            if self._mapper.hides(document()):
                raise
            return None

    async def all_opened(self, documents: Sequence[Document]) -> list[Aggregate]:
        """The same for several, with one query for their keys; without those whose keys were destroyed."""
        if self._keys is None:
            return [self._mapper.aggregate(document) for document in documents]
        keys = await self._keys.of_all(map(self._key_of, documents))
        return [
            self._mapper.aggregate(document, Sealing(keys[key], self._documents.raw.name))
            for document in documents
            if (key := self._key_of(document)) in keys
        ]

    def _key_of(self, document: Document) -> Key:
        return Key(document[self._authority_field], document["_id"])

    async def get(self, key: Key) -> Aggregate | None:
        """The one of this key."""
        return await self.opened(await self._read(key))

    async def find_one(self, authorities: Sequence[str], query: Mapping[str, Any]) -> Aggregate | None:
        """One of these authorities that the query finds."""
        whole = {**query, self._authority_field: {"$in": list(authorities)}}
        return await self.opened(await self._documents.get(whole, {"outbox": 0}))

    async def find(
        self,
        authorities: Sequence[str],
        query: Mapping[str, Any],
        *,
        sort: Sequence[tuple[str, int]] = (),
        limit: int,
    ) -> list[Aggregate]:
        """At most `limit` of these authorities, in order."""
        whole = {**query, self._authority_field: {"$in": list(authorities)}}
        found = await self._documents.find(whole, sort=sort, limit=limit, projection={"outbox": 0})
        return await self.all_opened(found)

    async def change(self, key: Key, decide: Decide[Aggregate], *, is_new: bool = False) -> Aggregate:
        """Reads, decides and writes what becomes of it together with what is told; gives what it has become.

        `decide` is asked anew where somebody has written in between, or where a value is another's that must be unique;
        what it raises ends the change. `is_new` says that most probably there is none yet: then the first try does not
        read. Refused where the id is another authority's, TryLater where it kept changing.
        """
        for attempt in range(_TRIES):
            document = None if is_new and not attempt else await self._read(key)
            if document is None and attempt:
                await self._check_authority(key)
            before = await self.opened(document)
            after, events = await decide(before)
            if after is before or await self._write(key, document, after, events):
                return after
            await _pause(attempt)
        raise TryLater(1, _KEPT_CHANGING)

    async def change_found(
        self, authorities: Sequence[str], query: Mapping[str, Any], decide: DecideFound[Aggregate]
    ) -> Aggregate | None:
        """The same for the one of these authorities that the query finds; None where there is none."""
        whole = {**query, self._authority_field: {"$in": list(authorities)}}
        for attempt in range(_TRIES):
            document = await self._documents.get(whole, {"outbox": 0})
            if document is None:
                return None
            key = self._key_of(document)
            before = await self._aggregate(document, await self._read_with(document))
            after, events = await decide(before)
            if after is before or await self._write(key, document, after, events):
                return after
            await _pause(attempt)
        raise TryLater(1, _KEPT_CHANGING)

    async def patch(self, key: Key, guard: Mapping[str, Any], fields: Mapping[str, Any]) -> Aggregate | None:
        """Sets fields by expressions where the guard holds, in one write and without a read; tells nobody.

        None where the guard does not hold. For what is changed so often that the read would cost too much.
        """
        whole = {**guard, "_id": key.id, self._authority_field: key.authority}
        return await self.opened(await self._documents.update(whole, [{"$set": {**fields, **_COUNTED}}]))

    async def remove(self, key: Key) -> None:
        """It is gone for good; TryLater where it has something to tell yet."""
        this = {"_id": key.id, self._authority_field: key.authority}
        removed = await self._documents.raw.delete_one({**this, "outbox.0": {"$exists": False}})
        if not removed.deleted_count and await self._documents.get(this, {"_id": 1}) is not None:
            raise TryLater(_TOLD_SECONDS, "it has something to tell yet")

    async def _read(self, key: Key) -> Document | None:
        return await self._documents.get({"_id": key.id, self._authority_field: key.authority}, {"outbox": 0})

    async def _write(self, key: Key, document: Document | None, after: Aggregate, events: Sequence[Outgoing]) -> bool:
        """False where somebody has written since, or another one has a value that must be unique."""
        known = {"_id": key.id, self._authority_field: key.authority}
        # A document from before there were revisions has none, and the guard matches that.
        revision = document.get("revision") if document else None
        sealing = await self._unless_erased(key, lambda: self._mapper.document(after), is_new=document is None)
        written = await loop.work(loop.weight(after), self._mapper.document, after, sealing)
        change = {**written, "revision": (revision or 0) + 1}
        try:
            if document is None:
                await self._documents.insert({**change, **known}, events)
                return True
            return await self._documents.update({**known, "revision": revision}, {"$set": change}, events) is not None
        except AlreadyHandled:
            return False

    async def _check_authority(self, key: Key) -> None:
        """The id is there, and not the authority's."""
        found = await self._documents.get({"_id": key.id}, {self._authority_field: 1})
        if found is not None and found[self._authority_field] != key.authority:
            raise Refused("wrong_authority", "It is another authority's.", field="/authority")
