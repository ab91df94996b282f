"""T89: clients that send slowly, or not at all, are let go, and keep nobody else from signing in."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import httpx2
import pytest

from tests.faults.alone import Alone, Stalls, gateway
from tests.support.eventually import wait_until
from tests.support.measures import Measures

pytestmark = pytest.mark.alone

HALF_SENT = 2000
SLOW_BODIES = 256
CLIENTS = 16


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    with gateway(tmp_path_factory.mktemp("t89")) as one:
        yield one


def connected(one: Alone, stack: ExitStack, client: int) -> socket.socket:
    opened = stack.enter_context(socket.socket())
    opened.bind((f"127.0.1.{client}", 0))
    opened.connect(("127.0.0.1", one.port))
    return opened


def answered(opened: socket.socket) -> bytes | None:
    """What came back; None while nothing has."""
    opened.settimeout(0)
    try:
        return opened.recv(100)
    except BlockingIOError:
        return None
    except ConnectionResetError:
        return b""


def is_form_read(one: Alone) -> bool:
    """Whether somebody else's sign-in is read meanwhile: only then can its token be found to be a wrong one."""
    with httpx2.Client(base_url=one.url) as client:
        answer = client.post("/sign-in", data={"csrf": "of another browser", "email": "a@b.example", "password": "x"})
        return answer.status_code == 403


def test_t89_half_sent_heads_are_let_go(one: Alone, measures: Measures) -> None:
    before = one.open_files()
    with ExitStack() as stack, Stalls(one.url).watched() as stalls:
        opened = [connected(one, stack, number % 250 + 1) for number in range(HALF_SENT)]
        for each in opened:
            each.sendall(b"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        held = one.open_files() - before
        with httpx2.Client(base_url=one.url) as client:
            others = client.get("/sign-in").status_code
        answers: dict[socket.socket, bytes | None] = dict.fromkeys(opened)

        def all_answered() -> bool:
            """The last are let in, and so let go, a moment after the others."""
            waiting = [each for each, answer in answers.items() if answer is None]
            answers.update({each: answered(each) for each in waiting})
            return None not in answers.values()

        wait_until(all_answered, within=60)
        wait_until(lambda: one.open_files() <= before + 5, within=60)
        told = sum(1 for answer in answers.values() if (answer or b"").startswith(b"HTTP/1.1 408"))
    measures.report(
        "T89",
        half_sent=HALF_SENT,
        held_at_most=held,
        still_held=one.open_files() - before,
        told_408=told,
        others_sign_in_page=others,
        livez_longest_ms=round(stalls.longest * 1000),
        peak_mb=round(one.peak_mb()),
    )
    assert others == 200
    assert told == HALF_SENT


def test_t89_slow_bodies_are_let_go_and_others_sign_in(one: Alone, measures: Measures) -> None:
    before = one.open_files()
    with ExitStack() as stack, Stalls(one.url).watched() as stalls:
        opened = [connected(one, stack, number % CLIENTS + 1) for number in range(SLOW_BODIES)]
        for each in opened:
            each.sendall(
                b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n"
                b"Content-Type: application/x-www-form-urlencoded\r\n\r\nemail="
            )
        others_are_read = is_form_read(one)
        wait_until(lambda: one.open_files() <= before + 5, within=90)
        heads = [(answered(each) or b"")[9:12].decode() for each in opened]
    measures.report(
        "T89",
        slow_bodies=SLOW_BODIES,
        refused_503=heads.count("503"),
        timed_out_408=heads.count("408"),
        still_held=one.open_files() - before,
        others_are_read=others_are_read,
        livez_longest_ms=round(stalls.longest * 1000),
        peak_mb=round(one.peak_mb()),
    )
    assert others_are_read
    assert heads.count("503") == SLOW_BODIES - 128
    assert heads.count("408") == 128


def test_t89_a_client_that_takes_nothing_is_cut_off(one: Alone, measures: Measures) -> None:
    before = one.open_files()
    with ExitStack() as stack:
        opened = [connected(one, stack, number + 1) for number in range(20)]
        for each in opened:
            each.sendall(b"GET /static/x/portal.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 150)
        held = one.open_files() - before
        wait_until(lambda: one.open_files() <= before + 5, within=120)
    measures.report(
        "T89",
        take_nothing=len(opened),
        held_at_most=held,
        still_held=one.open_files() - before,
        peak_mb=round(one.peak_mb()),
    )
