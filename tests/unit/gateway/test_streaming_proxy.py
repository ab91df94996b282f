"""A document that is passed on lets go of its source, however it ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from starlette.requests import ClientDisconnect

from services.gateway.kit.clients import Download
from services.gateway.kit.streaming_proxy import proxy_response

SCOPE = {"type": "http", "method": "GET", "path": "/", "headers": [], "asgi": {"spec_version": "2.4"}}


class Source:
    """A service's answer; says whether it was let go of."""

    is_open = False

    @asynccontextmanager
    async def answer(self, headers: dict[str, str]) -> AsyncIterator[Download]:
        self.is_open = True
        try:
            stream = aiohttp.StreamReader(aiohttp.base_protocol.BaseProtocol(asyncio.get_running_loop()), 2**16)
            stream.feed_data(b"%PDF")
            stream.feed_eof()
            yield Download(200, headers, stream)
        finally:
            self.is_open = False


async def receive() -> dict[str, Any]:
    return {"type": "http.disconnect"}


async def test_what_is_streamed_whole_is_let_go_of() -> None:
    source, sent = Source(), []

    async def send(message: Any) -> None:
        sent.append(message)

    response = await proxy_response(source.answer({"Content-Type": "application/pdf"}), "report.pdf")
    assert source.is_open
    await response(SCOPE, receive, send)
    assert b"".join(message.get("body", b"") for message in sent) == b"%PDF"
    assert not source.is_open


async def test_a_client_that_is_gone_before_the_first_byte_leaves_nothing_open() -> None:
    source = Source()

    async def send(_: Any) -> None:
        raise OSError

    response = await proxy_response(source.answer({}))
    with pytest.raises(ClientDisconnect):
        await response(SCOPE, receive, send)
    assert not source.is_open


async def test_headers_that_cannot_be_passed_on_leave_nothing_open() -> None:
    source = Source()
    with pytest.raises(UnicodeEncodeError):
        await proxy_response(source.answer({"Content-Type": "\ud800"}))
    assert not source.is_open
