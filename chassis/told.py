"""What this service has told councils, for those that poll instead of listening (council contract, `events`)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import orjson
from pymongo import ASCENDING, IndexModel
from pymongo.errors import BulkWriteError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis import clock
from chassis.errors import BadRequest
from chassis.http import answer
from chassis.identity import current_council
from chassis.outbox import COUNCIL_OUTBOX, Collection
from contracts.api.council import ToldEvent, ToldView

_KEPT_DAYS = 14
_DUPLICATE_KEY = 11000
_SETTLED = timedelta(seconds=2)
"""Copies are kept in batches: one that is younger might be overtaken by another with an earlier place."""
_LIMIT = 200


class Told:
    """Copies of what was published: for a replay after a restore, and for councils that poll."""

    def __init__(self, sent: Collection) -> None:
        self._sent = sent

    async def prepare(self) -> None:
        """Makes the indexes."""
        await self._sent.create_indexes(
            [
                IndexModel([("sent_at", ASCENDING)], expireAfterSeconds=_KEPT_DAYS * 86400),
                IndexModel([("authority", ASCENDING), ("cursor", ASCENDING)]),
            ]
        )

    async def keep(self, entries: Sequence[dict[str, Any]]) -> None:
        """Copies of outbox entries, each once; of a secret one there is none."""
        at = clock.now()
        copies = [_copy(entry, f"{int(at.timestamp() * 1000):015}-{entry['event_id']}") for entry in entries]
        copies = [{**copy, "sent_at": at} for copy in copies if not copy["is_secret"]]
        if not copies:
            return
        try:
            await self._sent.insert_many(copies, ordered=False)
        except BulkWriteError as error:
            if any(fault.get("code") != _DUPLICATE_KEY for fault in error.details.get("writeErrors", [])):
                raise

    async def page(self, authority: str, after: str, limit: int) -> ToldView:
        """What an authority was told after a cursor."""
        query = {"authority": authority, "cursor": {"$gt": after}, "sent_at": {"$lt": clock.now() - _SETTLED}}
        cursor = self._sent.find(query, limit=limit).sort([("cursor", ASCENDING)])
        events = [_event(copy) for copy in await cursor.to_list(length=limit)]
        return ToldView(events=events, after=events[-1].cursor if events else None)

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


def _copy(entry: dict[str, Any], cursor: str) -> dict[str, Any]:
    is_for_council = entry["exchange"] == COUNCIL_OUTBOX
    authority = entry["routing_key"].partition(".")[0] if is_for_council else None
    return {"_id": entry["event_id"], **entry, "authority": authority, "cursor": cursor}


def _event(copy: dict[str, Any]) -> ToldEvent:
    return ToldEvent(
        cursor=copy["cursor"],
        message_id=copy["event_id"],
        type=copy["type"],
        at=copy["at"],
        body=orjson.loads(copy["body"]),
    )
