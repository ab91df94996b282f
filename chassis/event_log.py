"""What this service has told councils, for those that poll instead of listening (council contract, `events`)."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

import orjson
from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import BulkWriteError, DuplicateKeyError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis import clock, indexes
from chassis.copies import CopySeal
from chassis.errors import BadRequest
from chassis.http import answer
from chassis.identity import current_council
from chassis.outbox import COUNCIL_OUTBOX, Collection, Entry
from contracts.api.council import ToldEvent, ToldView

_KEPT_DAYS = 14
_DUPLICATE_KEY = 11000
_WAITING = {"is_waiting": True}
"""A copy for a council that has no place yet."""
_LIMIT = 200


class EventLog:
    """Copies of what was published: for a replay after a restore, and for councils that poll."""

    def __init__(self, sent: Collection, seal: CopySeal) -> None:
        self._sent = sent
        self._seal = seal

    async def prepare(self) -> None:
        """Makes the indexes."""
        await indexes.ensure(
            self._sent,
            [
                IndexModel([("sent_at", ASCENDING)], expireAfterSeconds=_KEPT_DAYS * 86400),
                IndexModel(
                    [("authority", ASCENDING), ("place", ASCENDING)],
                    unique=True,
                    partialFilterExpression={"place": {"$exists": True}},
                ),
                IndexModel([("authority", ASCENDING), ("sent_at", ASCENDING)], partialFilterExpression=_WAITING),
                IndexModel([("authority", ASCENDING), ("delegation_id", ASCENDING)]),
            ],
        )

    async def append(self, entries: Sequence[Entry]) -> None:
        """Copies of outbox entries, each once; of a secret one there is none, nor of what is erased."""
        at = clock.now()
        told = [{**_copy(entry), "sent_at": at} for entry in entries if not entry["is_secret"]]
        copies = await self._seal.close(told)
        if not copies:
            return
        try:
            await self._sent.insert_many(copies, ordered=False)
        except BulkWriteError as error:
            if any(fault.get("code") != _DUPLICATE_KEY for fault in error.details.get("writeErrors", [])):
                raise

    async def forget(self, authority: str, delegation_id: str) -> None:
        """Copies of what was told about a delegation go: it is erased."""
        await self._sent.delete_many({"authority": authority, "delegation_id": delegation_id})

    async def since(self, at: datetime) -> AsyncIterator[tuple[Entry, bytes | None]]:
        """What was told since then, oldest first, each with its body; None where that is erased."""
        async for copy in self._sent.find({"sent_at": {"$gte": at}}).sort([("sent_at", ASCENDING)]):
            opened = await self._seal.open([copy])
            yield copy, opened[0][1] if opened else None

    async def page(self, authority: str, after: str, limit: int) -> ToldView:
        """What an authority was told after a cursor, in the order of places.

        A copy gets its place when it is read, behind every place that was given before: however late it was written, no
        reader has gone past it. What was erased since is passed over.
        """
        start = int(after[:15]) if after.isascii() and after.isdecimal() else 0
        while found := await self._from(authority, start, limit):
            await self._note(authority, found[-1]["place"])
            if events := [_event(copy, body) for copy, body in await self._seal.open(found)]:
                return ToldView(events=events, after=events[-1].cursor)
            start = found[-1]["place"]
        return ToldView(events=[], after=None)

    async def _from(self, authority: str, start: int, limit: int) -> list[Entry]:
        found = await self._placed(authority, start, limit)
        if len(found) < limit:
            await self._give_places(authority, limit - len(found))
            found = await self._placed(authority, start, limit)
        return found

    async def _note(self, authority: str, place: int) -> None:
        """Copies expire; a place that somebody has read must not be given again."""
        await self._sent.update_one({"_id": _last_of(authority)}, {"$max": {"last": place}}, upsert=True)

    async def _placed(self, authority: str, start: int, limit: int) -> list[dict[str, Any]]:
        cursor = self._sent.find({"authority": authority, "place": {"$gt": start}}, limit=limit)
        return list(await cursor.sort([("place", ASCENDING)]).to_list(length=limit))

    async def _give_places(self, authority: str, many: int) -> None:
        """One after the other, each only behind the last: of two who give places at a time, one stops."""
        cursor = self._sent.find({"authority": authority, "place": {"$exists": True}}, {"place": 1}, limit=1)
        last = [
            *await cursor.sort([("place", DESCENDING)]).to_list(length=1),
            await self._sent.find_one({"_id": _last_of(authority)}),
        ]
        place = max((found["last" if "last" in found else "place"] for found in last if found), default=0)
        waiting = self._sent.find({"authority": authority, **_WAITING}, {"_id": 1}, limit=many)
        for copy in await waiting.sort([("sent_at", ASCENDING)]).to_list(length=many):
            change = {"$set": {"place": place + 1}, "$unset": {"is_waiting": ""}}
            try:
                done = await self._sent.update_one({"_id": copy["_id"], **_WAITING}, change)
            except DuplicateKeyError:
                return
            if not done.modified_count:
                return
            place += 1

    def routes(self) -> list[Route]:
        """The door that the gateway asks."""

        async def list_told(request: Request) -> Response:
            """A page of what the asking council was told."""
            limit = request.query_params.get("limit", "50")
            if not limit.isascii() or not limit.isdigit():
                raise BadRequest("invalid_parameter", "limit must be a number.", field="limit")
            after = request.query_params.get("after", "")
            council = current_council(request)
            return answer(await self.page(council.authority, after, min(max(int(limit[:6]), 1), _LIMIT)))

        return [Route("/told", list_told)]


def _last_of(authority: str) -> str:
    return f"last place of {authority}"


def _event(copy: Entry, body: bytes) -> ToldEvent:
    return ToldEvent(
        cursor=str(copy["place"]),
        message_id=copy["event_id"],
        type=copy["type"],
        at=copy["at"],
        body=orjson.loads(body),
    )


def _copy(entry: Entry) -> Entry:
    if entry["exchange"] != COUNCIL_OUTBOX:
        return {"_id": entry["event_id"], **entry}
    authority = entry["routing_key"].partition(".")[0]
    return {"_id": entry["event_id"], **entry, "authority": authority, **_WAITING}
