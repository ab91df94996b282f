"""People who try what is not theirs, each from a network of their own: every address of 127.0.0.0/8 is this machine."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

import httpx2

_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


def network(number: int) -> str:
    """One of 60,000 networks."""
    return f"127.7.{number // 250}.{number % 250 + 1}"


class Stranger:
    """A browser that was never signed in from."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    @classmethod
    @asynccontextmanager
    async def at(cls, portal: str, number: int) -> AsyncIterator[Self]:
        """Comes from this network."""
        transport = httpx2.AsyncHTTPTransport(
            local_address=network(number), limits=httpx2.Limits(max_connections=200, max_keepalive_connections=200)
        )
        async with httpx2.AsyncClient(base_url=portal, transport=transport, timeout=60) as client:
            await client.get("/sign-in")  # one cookie, whatever is asked at once from now on
            yield cls(client)

    async def guess(self, email: str, password: str = "Wrong-Lantern-7") -> int:
        """The status of one wrong password."""
        return await self._post("/sign-in", email=email, password=password)

    async def ask_for_reset(self, email: str) -> int:
        """The status of one reset."""
        return await self._post("/reset/1", email=email)

    async def _post(self, address: str, **fields: str) -> int:
        found = _TOKEN.search((await self._client.get(address)).text)
        assert found
        answer = await self._client.post(address, data={"csrf": found[1], **fields})
        return answer.status_code
