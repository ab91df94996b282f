"""T86: every answer carries the security headers, whoever gives it: the doors, the framework, the server itself."""

import json
import socket
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.routing import BaseRoute, Mount, Route

from services.gateway.app import build_app
from tests.faults.alone import Alone, gateway
from tests.support.measures import Measures
from tests.unit.gateway.test_app import settings

NAMES = {
    "x-content-type-options",
    "content-security-policy",
    "referrer-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "cache-control",
}
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW")
HOSTILE = {
    "an ordinary one": b"",
    "an escaped cookie": b'Cookie: portal_session="a\\012b"\r\n',
    "bad cookies": b"Cookie: portal_session=\xff\xfe\xed\xa0\x80; portal_browser=\xe9; portal_manages=\xe9\r\n",
    "a cookie of a token's form": b"Cookie: portal_session=" + b"A" * 43 + b"\r\n",
    "999999999 bytes": b"Content-Length: 999999999\r\nContent-Type: application/x-www-form-urlencoded\r\n",
    "an unreadable form": b"Content-Length: 2\r\nContent-Type: multipart/form-data\r\n",
    "a broken length": b"Content-Length: -1\r\n",
    "a foreign origin": b"Origin: https://evil.example\r\n",
    "a program's": b"Accept: application/json\r\n",
    "a broken query": b"X: y\r\n",
}
BROKEN = {
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00",
    "no such version": b"GET / HTTP/9.9\r\n\r\n",
    "a head without end": b"GET / HTTP/1.1\r\n" + b"X: " + b"x" * 70_000,
    "two lengths": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "a length of letters": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ten\r\n\r\n",
    "a NUL in a header": b"GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n",
}


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    with gateway(tmp_path_factory.mktemp("t86"), PORTAL_LOG_LEVEL="INFO") as one:
        yield one


def paths(routes: list[BaseRoute], before: str = "") -> Iterator[str]:
    for route in routes:
        if isinstance(route, Mount):
            yield from paths(list(route.routes), before + route.path)
        elif isinstance(route, Route):
            yield (before + route.path).replace("{number:int}", "1").replace("{name:path}", "portal.css")


def ask(one: Alone, request: bytes) -> tuple[int, set[str], str]:
    """The status, the names of the headers, and the type of an answer."""
    with socket.create_connection(("127.0.0.1", one.port), timeout=60) as client:
        client.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer and (piece := client.recv(65536)):
            answer += piece
    head = answer.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
    return int(head[0].split()[1]), set(fields), fields.get("content-type", "")


def test_t86_every_route_every_method_every_hostile_request(one: Alone, measures: Measures) -> None:
    statuses: Counter[int] = Counter()
    bare: list[Any] = []
    routes = sorted({*paths(build_app(settings("http://127.0.0.1")).routes), "/nowhere", "/%00", "/%ff", "//"})
    for path in routes:
        for method in METHODS:
            for what, lines in HOSTILE.items():
                address = path + ("?page=%ff&tab=%00&next=%ed%a0%80" if what == "a broken query" else "")
                head = f"{method} {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n".encode()
                status, names, _ = ask(one, head + lines + b"\r\n")
                statuses[status] += 1
                if not names >= NAMES or status == 500:
                    bare.append((method, path, what, status, sorted(NAMES - names)))
    measures.report(
        "T86", routes=len(routes), requests=statuses.total(), statuses=dict(sorted(statuses.items())), bare=len(bare)
    )
    assert bare == []


@pytest.mark.parametrize("what", BROKEN)
def test_t86_what_is_no_request_is_answered_with_headers_too(one: Alone, measures: Measures, what: str) -> None:
    status, names, _ = ask(one, BROKEN[what])
    measures.report("T86", sent=what.replace(" ", "-"), status=status, bare=len(NAMES - names))
    assert status in {400, 431}
    assert names >= NAMES


def test_t86_the_log_is_json_to_the_last_line(one: Alone, measures: Measures) -> None:
    lines = one.log.read_text().splitlines()
    broken = [line for line in lines if not line.startswith("{") or not isinstance(json.loads(line), dict)]
    measures.report("T86", log_lines=len(lines), not_json=len(broken))
    assert broken == []
