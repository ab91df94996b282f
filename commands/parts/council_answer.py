"""What the portal answers to a delegation, read over HTTP: the council's own queue stays as it is."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from commands.parts.council_door import CouncilDoor
from commands.parts.trouble import Trouble

ACCEPTED, REJECTED = "portal.delegation.accepted.v1", "portal.message.rejected.v1"
_WAIT_SECONDS = 60
_REPEATED_SECONDS = 6
"""What was accepted before gets no second answer; another body under its id is refused, and that within this time."""
_EVERY_SECONDS = 0.3
_PAGE = 200


@dataclass(frozen=True)
class CouncilAnswer:
    """`code` is None where the delegation was accepted."""

    words: str
    code: str | None = None
    task_id: str | None = None
    reference: str | None = None
    field: str | None = None


class CouncilEvents:
    """What the council has been told, read on from where the last look ended."""

    def __init__(self, door: CouncilDoor, session: aiohttp.ClientSession) -> None:
        self._url = f"{door.gateway}/api/council/v1/events"
        self._session = session
        self._after = ""

    async def more(self) -> AsyncIterator[Mapping[str, Any]]:
        """Every event that came since."""
        while True:
            query = {"after": self._after, "limit": str(_PAGE)}
            async with self._session.get(self._url, params=query) as response:
                if not response.ok:
                    raise Trouble(f"The portal does not tell its answer ({response.status}): {await response.text()}")
                page = await response.json()
            for event in page["events"]:
                yield event
            self._after = page["after"] or self._after
            if len(page["events"]) < _PAGE:
                return

    async def accepted_before(self, delegation_id: str) -> CouncilAnswer | None:
        """The answer to an earlier message about the same delegation."""
        found = [event async for event in self.more() if _accepts(event, delegation_id)]
        return _accepted(found[-1]["body"], " before; nothing was changed") if found else None

    async def wait(self, message_id: str, delegation_id: str, before: CouncilAnswer | None) -> CouncilAnswer:
        """The answer to this message."""
        until = time.monotonic() + (_REPEATED_SECONDS if before else _WAIT_SECONDS)
        while time.monotonic() < until:
            async for event in self.more():
                if event["type"] == REJECTED and event["body"]["message_id"] == message_id:
                    return _rejected(event["body"])
                if before is None and _accepts(event, delegation_id):
                    return _accepted(event["body"])
            await asyncio.sleep(_EVERY_SECONDS)
        if before is None:
            raise Trouble(f"No answer within {_WAIT_SECONDS} seconds. The message is kept: `./portal dead list`.")
        return before


def _accepts(event: Mapping[str, Any], delegation_id: str) -> bool:
    return bool(event["type"] == ACCEPTED and event["body"]["delegation_id"] == delegation_id)


def _accepted(body: Mapping[str, Any], when: str = "") -> CouncilAnswer:
    task_id, reference = body["task_id"], body.get("reference")
    known = f", reference {reference}" if reference else ""
    return CouncilAnswer(f"accepted{when}, task {task_id}{known}", task_id=task_id, reference=reference)


def _rejected(body: Mapping[str, Any]) -> CouncilAnswer:
    field = body.get("field")
    where = f", field {field}" if field else ""
    return CouncilAnswer(f"refused: {body['reason']} ({body['code']}{where})", code=body["code"], field=field)
