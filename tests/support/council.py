"""A council's side in tests: it publishes at its door, watches its queue, and fetches documents by reference."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self
from uuid import uuid4

import aio_pika
import aiohttp
from aio_pika.abc import AbstractIncomingMessage

from tests.support.eventually import WITHIN_SECONDS, eventually


@dataclass(frozen=True)
class Received:
    """A message that the portal sent to this council."""

    type: str
    message_id: str
    body: dict[str, Any]


@dataclass
class Council:
    """One authority over real AMQP, signed in as itself."""

    authority: str
    amqp: str
    gateway: str
    client_id: str
    client_secret: str
    received: list[Received] = field(default_factory=list)

    @classmethod
    def of(cls, status: dict[str, Any], authority: str = "bristol") -> Self:
        """From what `./portal status --json` says."""
        where = status["amqp"]["councils"][authority]
        return cls(authority, where["url"], status["gateway"], where["client_id"], where["client_secret"])

    async def __aenter__(self) -> Self:
        self._connection = await aio_pika.connect_robust(self.amqp, timeout=10)
        self._out = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
        self._in = await self._connection.channel()
        self._exchange = await self._out.get_exchange("council.inbox", ensure=False)
        queue = await self._in.get_queue(f"council.{self.authority}", ensure=False)
        self._tag = await queue.consume(self._take)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._connection.close()

    async def publish(self, name: str, body: dict[str, Any] | bytes, **properties: Any) -> str:
        """Publish as the contract says, confirmed; `properties` overrides what a test bends. Returns the message id."""
        raw = body if isinstance(body, bytes) else json.dumps({"authority": self.authority, **body}).encode()
        routing_key = properties.pop("routing_key", f"{self.authority}.{name}")
        envelope = {
            "message_id": str(uuid4()),
            "type": name,
            "timestamp": datetime.now(UTC),
            "content_type": "application/json",
            "delivery_mode": aio_pika.DeliveryMode.PERSISTENT,
            "user_id": self.authority,
            **properties,
        }
        # A channel that the broker closed, since it refused something, is opened again behind our back.
        await eventually(lambda: not self._out.is_closed)
        await self._exchange.publish(aio_pika.Message(raw, **envelope), routing_key, mandatory=True, timeout=10)
        return str(envelope["message_id"])

    async def delegate(self, delegation_id: str, email: str = "sandra@school.example", **changes: Any) -> str:
        """Delegate a form; `changes` replaces fields of the ordinary request."""
        body = {**request(delegation_id, email), **changes}
        return await self.publish("council.delegation.requested.v1", body)

    async def define_group(self, work_group_id: str, members: list[str], version: int = 1, **changes: Any) -> str:
        """Define a work group, its first member as manager."""
        body = {
            "work_group_id": work_group_id,
            "name": f"Group {work_group_id}",
            "email": f"{work_group_id}@school.example",
            "members": [{"email": email, "is_manager": number == 0} for number, email in enumerate(members)],
            "version": version,
            **changes,
        }
        return await self.publish("council.work-group.defined.v1", body)

    async def expect(self, name: str, *, within: float = WITHIN_SECONDS, **fields: Any) -> Received:
        """Wait for a message of this name whose body has these values."""

        def found() -> Received | None:
            return next((one for one in self.received if one.type == name and fields.items() <= one.body.items()), None)

        return await eventually(found, within=within)

    async def fetch(self, url: str, **headers: str) -> bytes:
        """Fetch a document by reference, with the authority's client credentials."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
            token = await self.token(session)
            async with session.get(url, headers={"Authorization": f"Bearer {token}", **headers}) as answer:
                answer.raise_for_status()
                return await answer.read()

    async def token(self, session: aiohttp.ClientSession) -> str:
        """An access token by client credentials."""
        form = {"grant_type": "client_credentials", "client_id": self.client_id, "client_secret": self.client_secret}
        async with session.post(f"{self.gateway}/api/council/v1/token", data=form) as answer:
            answer.raise_for_status()
            return str((await answer.json())["access_token"])

    async def publish_form(self, code: str, definition: dict[str, Any]) -> None:
        """Publish a version of a form at the HTTP door."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
            headers = {"Authorization": f"Bearer {await self.token(session)}"}
            address = f"{self.gateway}/api/council/v1/forms/{code}"
            async with session.put(address, json=definition, headers=headers) as answer:
                answer.raise_for_status()

    async def _take(self, message: AbstractIncomingMessage) -> None:
        await asyncio.shield(message.ack())
        self.received.append(Received(message.type or "", message.message_id or "", json.loads(message.body)))


def request(delegation_id: str, email: str) -> dict[str, Any]:
    """An ordinary delegation of the first form; every person in it is invented."""
    return {
        "delegation_id": delegation_id,
        "form": "ehc-needs-assessment-contributions",
        "subject": {
            "person_id": "P-10023",
            "name": "Gabriel Example",
            "date_of_birth": "2008-04-26",
            "address": "23 Test Street, Bristol, BS1 1AA",
        },
        "assignee": {"kind": "person", "email": email},
        "sender": {
            "name": "Chloe Caseworker",
            "department": "EHM",
            "telephone": "0117 496 0000",
            "address": "City Hall, Bristol",
            "email": "chloe@council.example",
        },
        "comments": "Please complete the report",
        "prefill": {"first_name": "Gabriel", "here_and_now": "Hi I'm Gabriel and I like trains."},
    }
