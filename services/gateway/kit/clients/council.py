"""What a council without a broker asks: to take its messages, and what it was told by every service that tells."""

import asyncio
from heapq import merge
from itertools import islice
from urllib.parse import quote, urlencode

from chassis.identity import Council
from contracts.api.council import TakenView, ToldView
from contracts.catalogue import taker_of
from contracts.registry import telling_councils
from services.gateway.kit.clients.transport import Transport


class CouncilMessagesClient:
    """Each request is a council's."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def take(self, council: Council, name: str, key: str, body: bytes) -> TakenView:
        """Hands a council's message, as it came, to the service that takes it."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        path = f"/council-messages/{quote(name, safe='')}"
        async with self._transport.request(
            taker_of(name), "POST", path, council, None, headers, body, slow=True
        ) as response:
            return TakenView.model_validate_json(await self._transport.checked(response))

    async def events(self, council: Council, after: str, limit: int) -> ToldView:
        """A page of what the council was told: each service's events in its order, the services' by time."""
        reached = _places(after)
        asked = [
            self._transport.ask(
                service, "GET", f"/told?{urlencode({'after': reached[service], 'limit': limit})}", council
            )
            for service in reached
        ]
        views = [ToldView.model_validate_json(answer) for answer in await asyncio.gather(*asked)]
        told = [[(service, event) for event in view.events] for service, view in zip(reached, views, strict=True)]
        page = []
        for service, event in islice(merge(*told, key=lambda one: one[1].at), limit):
            reached[service] = event.cursor
            page.append(event.model_copy(update={"cursor": _cursor(reached)}))
        return ToldView(events=page, after=page[-1].cursor if page else None)


def _places(cursor: str) -> dict[str, str]:
    """How far the reader is with each service; at the beginning with one that the cursor does not name."""
    named = dict(part.partition(".")[::2] for part in cursor.split("-"))
    return {service: named.get(service, "") for service in telling_councils()}


def _cursor(reached: dict[str, str]) -> str:
    return "-".join(f"{service}.{place}" for service, place in reached.items() if place)
