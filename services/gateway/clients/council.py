"""What a council without a broker asks: to take its messages, and what it was told by every service that tells."""

import asyncio
from urllib.parse import quote, urlencode

from chassis.identity import Council
from contracts.api.council import TakenView, ToldView
from services.gateway.clients.transport import Transport

TELLING = ("forms", "notify", "tasks")
"""The services that tell councils something."""


class CouncilClient:
    """Each request is a council's."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def take(self, council: Council, name: str, key: str, body: bytes) -> TakenView:
        """Hands a council's message to tasks as it came."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        path = f"/council-messages/{quote(name, safe='')}"
        async with self._transport.request("tasks", "POST", path, council, None, headers, body, slow=True) as response:
            return TakenView.model_validate_json(await self._transport.checked(response))

    async def told(self, council: Council, after: str, limit: int) -> ToldView:
        """A page of what the council was told, merged by cursor: each service's page starts where this one does."""
        path = f"/told?{urlencode({'after': after, 'limit': limit})}"
        asked = (self._transport.get(ToldView, service, path, council) for service in TELLING)
        events = [event for view in await asyncio.gather(*asked) for event in view.events]
        page = sorted(events, key=lambda event: event.cursor)[:limit]
        return ToldView(events=page, after=page[-1].cursor if page else None)
