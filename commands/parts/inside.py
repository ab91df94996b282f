"""Asking a local portal's services directly, signed as its gateway. For commands on this machine only."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from chassis.identity import sign_council, sign_gateway
from chassis.tokens import Signer
from commands.parts.instance import Instance
from commands.parts.secrets import keys_of
from commands.parts.trouble import Trouble

_SECONDS = 20


class Inside:
    """The services of one running portal."""

    def __init__(self, session: aiohttp.ClientSession, urls: dict[str, str], signer: Signer) -> None:
        self._session = session
        self._urls = urls
        self._signer = signer

    async def ask(
        self, service: str, method: str, path: str, body: Any = None, *, authority: str | None = None
    ) -> tuple[int, Any]:
        """Send a request as the gateway does, for a council where one is named; gives status and JSON."""
        token = sign_council(self._signer, authority, service) if authority else sign_gateway(self._signer, service)
        headers = {"Authorization": f"Bearer {token}"}
        try:
            async with self._session.request(method, self._urls[service] + path, json=body, headers=headers) as answer:
                text = await answer.text()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Trouble(f"{service} does not answer: {error}") from error
        return answer.status, json.loads(text) if text else None


@asynccontextmanager
async def inside(instance: Instance) -> AsyncIterator[Inside]:
    """The services of the portal that runs with this data."""
    state = instance.running()
    urls = {name: row["url"] for name, row in state["parts"].items()}
    signer = Signer(keys_of(instance)["GATEWAY_SIGNING_KEY"], issuer="gateway")
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_SECONDS)) as session:
        yield Inside(session, urls, signer)
