"""The server's patience, over real sockets: nobody holds a connection by sending or taking nothing."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from chassis import server
from chassis.http import EXCEPTION_HANDLERS, App, RequestMetrics
from tests.support.eventually import eventually

SHORT = 0.2
GONE = 10
HEAD = b"POST /whole HTTP/1.1\r\nHost: portal\r\nContent-Length: 5\r\n\r\n"


async def whole(request: Request) -> Response:
    return PlainTextResponse(f"{len(await request.body())} bytes")


async def unread(_: Request) -> Response:
    return PlainTextResponse("not wanted", 413)


async def much(_: Request) -> Response:
    return PlainTextResponse("x" * 32_000_000)


async def broken(_: Request) -> Response:
    raise RuntimeError("a mistake of ours")


PATHS = {"/whole": whole, "/unread": unread, "/much": much, "/broken": broken}
ROUTES = [Route(path, door, methods=["GET", "POST"]) for path, door in PATHS.items()]


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HEAD_SECONDS", "LINGER_SECONDS", "STALL_SECONDS"):
        monkeypatch.setattr(server, name, SHORT)


@asynccontextmanager
async def serving(keep_alive: float = 5) -> AsyncIterator[tuple[tuple[str, int], uvicorn.Server]]:
    app = App(around=RequestMetrics, exception_handlers=EXCEPTION_HANDLERS, routes=ROUTES)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    config = uvicorn.Config(app, http=server.PatientHttp, lifespan="off", log_config=None, access_log=False)
    config.timeout_keep_alive = keep_alive  # type: ignore[assignment]
    running = uvicorn.Server(config)
    task = asyncio.create_task(running.serve(sockets=[listener]))
    try:
        yield listener.getsockname(), running
    finally:
        running.should_exit = True
        await task


@asynccontextmanager
async def running(keep_alive: float = 5) -> AsyncIterator[tuple[str, int]]:
    async with serving(keep_alive) as (address, _):
        yield address


@asynccontextmanager
async def talking(address: tuple[str, int]) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(*address)
    try:
        yield reader, writer
    finally:
        writer.close()


async def until_closed(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(GONE):
        return await reader.read()


async def test_a_client_that_says_nothing_is_let_go() -> None:
    async with running() as address, talking(address) as (reader, _):
        assert await until_closed(reader) == b""


@pytest.mark.parametrize("half", [b"GET / HT", b"GET / HTTP/1.1\r\nHost: portal\r\nX-A: "])
async def test_a_head_that_does_not_end_is_answered_408(half: bytes) -> None:
    async with running() as address, talking(address) as (reader, writer):
        writer.write(half)
        answer = await until_closed(reader)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"x-content-type-options: nosniff" in answer


async def test_a_half_head_after_a_whole_request_is_let_go_too() -> None:
    async with running(keep_alive=60) as address, talking(address) as (reader, writer):
        writer.write(HEAD + b"12345")
        await reader.readuntil(b"5 bytes")
        writer.write(b"GET / HTTP/1.1\r\nHost")
        assert (await until_closed(reader)).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("after", [b"", b"\r\n"])
async def test_an_idle_connection_is_let_go_though_it_sends_a_blank_line(after: bytes) -> None:
    async with running(keep_alive=SHORT) as address, talking(address) as (reader, writer):
        writer.write(HEAD + b"12345")
        await reader.readuntil(b"5 bytes")
        writer.write(after)
        await until_closed(reader)


async def test_a_head_without_end_is_refused() -> None:
    async with running() as address, talking(address) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"x" * 1000) for n in range(100)))
        assert (await until_closed(reader)).startswith(b"HTTP/1.1 431 ")


async def test_what_is_no_http_is_answered_400_with_the_security_headers() -> None:
    async with running() as address, talking(address) as (reader, writer):
        writer.write(b"BREW /pot HTTP/1.1\r\n\r\n")
        answer = await until_closed(reader)
    assert answer.startswith(b"HTTP/1.1 400 ")
    for name in (b"x-content-type-options", b"content-security-policy", b"cache-control", b"referrer-policy"):
        assert name in answer


async def test_a_body_that_is_answered_unread_is_not_waited_for() -> None:
    async with running(keep_alive=60) as address, talking(address) as (reader, writer):
        writer.write(HEAD.replace(b"/whole", b"/unread").replace(b": 5", b": 114000000"))
        writer.write(b"x" * 1000)
        assert (await until_closed(reader)).startswith(b"HTTP/1.1 413 ")


async def test_a_connection_lives_on_after_a_body_that_was_not_wanted() -> None:
    async with running() as address, talking(address) as (reader, writer):
        writer.write(HEAD.replace(b"/whole", b"/unread") + b"12345")
        await reader.readuntil(b"not wanted")
        writer.write(HEAD + b"12345")
        await reader.readuntil(b"5 bytes")


async def test_a_client_that_takes_nothing_is_cut_off() -> None:
    async with serving() as (address, server):
        with socket.create_connection(address) as client:
            client.sendall(b"GET /much HTTP/1.1\r\nHost: portal\r\n\r\n")
            client.settimeout(GONE)
            await eventually(lambda: server.server_state.connections, within=GONE)
            await eventually(lambda: not server.server_state.connections, within=GONE)
            taken = await asyncio.to_thread(_take, client)
    assert taken < 32_000_000


def _take(client: socket.socket) -> int:
    taken = 0
    try:
        while piece := client.recv(1024 * 1024):
            taken += len(piece)
    except ConnectionResetError:
        pass
    return taken


async def test_a_failure_is_one_answer_and_the_connection_lives_on() -> None:
    async with running() as address, talking(address) as (reader, writer):
        writer.write(b"GET /broken HTTP/1.1\r\nHost: portal\r\n\r\n")
        assert b" 500 " in await reader.readline()
        await reader.readuntil(b"}")
        writer.write(HEAD + b"12345")
        await reader.readuntil(b"5 bytes")
