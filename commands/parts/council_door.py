"""A council's side of the portal: publish at its door, read its queue, fetch documents by reference."""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import aio_pika
import aiohttp
import aiormq
from aio_pika.abc import AbstractConnection, AbstractIncomingMessage

from commands.parts.instance import State
from commands.parts.trouble import Trouble

INBOX = "council.inbox"
_CONNECT_SECONDS = 10
_ANSWER_SECONDS = 30


@dataclass(frozen=True)
class CouncilDoor:
    """Where one authority speaks with the portal, and as whom."""

    authority: str
    amqp: str
    gateway: str
    client_id: str
    client_secret: str

    @classmethod
    def of(cls, state: State, authority: str) -> "CouncilDoor":
        """From the state of a running portal."""
        where = state["amqp"]["councils"].get(authority)
        if where is None:
            known = ", ".join(state["amqp"]["councils"])
            raise Trouble(f"This portal serves no authority `{authority}`; it serves {known}.")
        return cls(authority, where["url"], state["gateway"], where["client_id"], where["client_secret"])

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[AbstractConnection]:
        """A connection as the authority's own broker user."""
        connection = await aio_pika.connect(self.amqp, timeout=_CONNECT_SECONDS)
        try:
            yield connection
        finally:
            await connection.close()

    async def publish(self, connection: AbstractConnection, name: str, body: Mapping[str, Any]) -> str:
        """Publish one message as the contract says, confirmed; returns its id."""
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        exchange = await channel.get_exchange(INBOX, ensure=False)
        message_id = str(uuid4())
        message = aio_pika.Message(
            json.dumps({"authority": self.authority, **body}).encode(),
            message_id=message_id,
            type=name,
            timestamp=datetime.now(UTC),
            content_type="application/json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            user_id=self.authority,
        )
        try:
            await exchange.publish(message, f"{self.authority}.{name}", mandatory=True, timeout=_CONNECT_SECONDS)
        except aiormq.exceptions.AMQPError as error:
            raise Trouble(f"The broker did not take {name}: {error}") from error
        await channel.close()
        return message_id

    async def read(
        self, connection: AbstractConnection, seconds: float | None, *, hold: bool
    ) -> AsyncIterator[AbstractIncomingMessage]:
        """What the portal sends to this council, as it comes; ends after `seconds` without a message.

        With `hold` the reader acknowledges nothing: all of the queue must fit into its hands.
        """
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=0 if hold else 50)
        queue = await channel.get_queue(f"council.{self.authority}", ensure=False)
        async with queue.iterator(timeout=seconds) as messages:
            try:
                async for message in messages:
                    yield message
            except TimeoutError:
                return

    @asynccontextmanager
    async def signed_in(self) -> AsyncIterator[aiohttp.ClientSession]:
        """An HTTP session with the authority's access token, got by client credentials."""
        form = {"grant_type": "client_credentials", "client_id": self.client_id, "client_secret": self.client_secret}
        timeout = aiohttp.ClientTimeout(total=_ANSWER_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            async with session.post(f"{self.gateway}/api/council/v1/token", data=form) as answer:
                token = (await _json(answer))["access_token"]
            session.headers["Authorization"] = f"Bearer {token}"
            yield session

    async def ask(self, session: aiohttp.ClientSession, what: str, query: Mapping[str, str]) -> dict[str, Any]:
        """What the portal answers to a question over HTTP."""
        async with session.get(f"{self.gateway}/api/council/v1/{what}", params=query) as answer:
            return await _json(answer)

    async def fetch(self, session: aiohttp.ClientSession, document: Mapping[str, Any]) -> bytes:
        """One document by its reference, checked against the hash in it."""
        async with session.get(document["url"]) as answer:
            if answer.status != HTTPStatus.OK:
                await _json(answer)
            content = await answer.read()
        if hashlib.sha256(content).hexdigest() != document["sha256"]:
            raise Trouble(f"{document['document_id']} is not what its reference says: its hash differs.")
        return content


async def _json(answer: aiohttp.ClientResponse) -> dict[str, Any]:
    if answer.ok:
        return dict(await answer.json(content_type=None))
    raise Trouble(f"{answer.url.path} answered {answer.status}: {(await answer.text())[:500]}")
