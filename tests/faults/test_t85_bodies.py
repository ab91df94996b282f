"""T85: what is sent, however large, costs the gateway no more than whoever sends it is let send."""

import base64
import json
import os
import socket
import threading
from collections.abc import Iterator
from html import unescape

import httpx2
import pytest

from chassis.settings import key_bytes
from contracts.registry import stored
from services.gateway.kit.encryption import CookieEncryptor
from services.gateway.kit.request_body import ANONYMOUS_BYTES
from tests.faults import behind
from tests.faults.alone import Alone, Stalls, gateway
from tests.support.measures import Measures

pytestmark = pytest.mark.alone

MEMORY_MB = 384
"""The limit of the gateway's container."""


FIELD = base64.urlsafe_b64encode(os.urandom(750_000))
"""What does not shrink: a field of 1 MB, as many times as it takes."""


def page_of(size: int, form: dict[str, str]) -> Iterator[bytes]:
    """A posted page of a form, in pieces."""
    for name, text in form.items():
        yield f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()
    while size > 0:
        part = FIELD[: min(size, len(FIELD))]
        yield b'--b\r\nContent-Disposition: form-data; name="a:%d"\r\n\r\n' % size
        yield from (part[at : at + 65536] for at in range(0, len(part), 65536))
        yield b"\r\n"
        size -= len(part)
    yield b"--b--\r\n"


def send(one: Alone, size: int, *, is_chunked: bool, form: dict[str, str], cookie: str = "") -> tuple[int, int, int]:
    """Posts a page of a form of this size; the status, how much was sent before it came, how long the answer is."""
    pieces = list(page_of(size, form))
    said = b"Transfer-Encoding: chunked" if is_chunked else b"Content-Length: %d" % sum(map(len, pieces))
    with socket.create_connection(("127.0.0.1", one.port), timeout=60) as client:
        client.sendall(
            b"POST /forms/x/1 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=b\r\n"
            + said
            + f"\r\nCookie: {cookie}".encode()
            + b"\r\nConnection: close\r\n\r\n"
        )
        sent, answer = 0, b""
        try:
            for piece in pieces:
                client.sendall(b"%x\r\n%b\r\n" % (len(piece), piece) if is_chunked else piece)
                sent += len(piece)
            if is_chunked:
                client.sendall(b"0\r\n\r\n")
        except (BrokenPipeError, ConnectionResetError):
            pass
        try:
            while piece := client.recv(65536):
                answer += piece
        except ConnectionResetError:
            pass
    return int(answer.split()[1]) if answer else 0, sent, len(answer)


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    with gateway(tmp_path_factory.mktemp("t85")) as one:
        yield one


@pytest.mark.parametrize("is_chunked", [False, True], ids=["told", "chunked"])
@pytest.mark.parametrize("megabytes", [0.2, 9.5, 38, 114])
@pytest.mark.parametrize("is_of_ours", [False, True], ids=["stranger", "page-of-ours"])
def test_t85_a_large_body_of_a_stranger_stalls_nobody(
    one: Alone, measures: Measures, megabytes: float, is_chunked: bool, is_of_ours: bool
) -> None:
    encryptor, nonce = CookieEncryptor(key_bytes(one.secret)), base64.urlsafe_b64encode(b"T85-te").decode()
    form = {"page_id": nonce + encryptor.token("page", "x", nonce)[:16] if is_of_ours else ""}
    send(one, 1000, is_chunked=False, form=form)
    before = one.peak_mb()
    with Stalls(one.url).watched() as stalls:
        status, sent, answered = send(one, int(megabytes * 1_000_000), is_chunked=is_chunked, form=form)
    measures.report(
        "T85",
        sender="page of ours" if is_of_ours else "stranger",
        chunked=is_chunked,
        body_mb=megabytes,
        status=status,
        sent_mb=round(sent / 1e6, 1),
        answer_kb=round(answered / 1000),
        livez_longest_ms=round(stalls.longest * 1000),
        grown_mb=round(one.peak_mb() - before, 1),
        peak_mb=round(one.peak_mb()),
    )
    assert status in {0, 200, 403, 413}
    assert answered < ANONYMOUS_BYTES + 20_000
    assert one.peak_mb() - before < 30
    assert one.peak_mb() < MEMORY_MB


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    """A gateway at which somebody is signed in, and has a form."""
    with behind.services() as url:
        urls = json.dumps(dict.fromkeys(stored(), url))
        with gateway(tmp_path_factory.mktemp("t85"), GATEWAY_SERVICE_URLS=urls) as one:
            yield one


def _page(one: Alone) -> tuple[str, dict[str, str]]:
    """The cookies of their browser, and what the form's page would post by itself."""
    answer = httpx2.get(f"{one.url}/forms/{behind.TASK}/1", headers={"Cookie": behind.COOKIE})
    cookies = "; ".join([behind.COOKIE, *(f"{name}={value}" for name, value in answer.cookies.items())])
    shown = {name: answer.text.partition(f'name="{name}" value="')[2].partition('"')[0] for name in ("csrf", "holder")}
    return cookies, {name: unescape(value) for name, value in shown.items()}


@pytest.mark.parametrize("megabytes", [9.5, 38, 114])
def test_t85_the_fields_of_whoever_is_signed_in_are_held_within_bounds(
    known: Alone, measures: Measures, megabytes: float
) -> None:
    cookie, form = _page(known)
    before, statuses = known.peak_mb(), list[int]()

    def post() -> None:
        statuses.append(send(known, int(megabytes * 1_000_000), is_chunked=False, form=form, cookie=cookie)[0])

    together = [threading.Thread(target=post) for _ in range(4)]
    with Stalls(known.url).watched() as stalls:
        for each in together:
            each.start()
        for each in together:
            each.join()
    measures.report(
        "T85",
        sender="signed in, fields",
        at_once=len(together),
        body_mb=megabytes,
        statuses=statuses,
        livez_longest_ms=round(stalls.longest * 1000),
        grown_mb=round(known.peak_mb() - before, 1),
        peak_mb=round(known.peak_mb()),
    )
    assert set(statuses) <= ({303} if megabytes < 12 else {413, 503})
    assert known.peak_mb() < MEMORY_MB
