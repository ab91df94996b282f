"""What the gateway reads of a request's body before anybody is known, and after."""

import asyncio
import io
import json
from collections.abc import Callable, Iterator
from itertools import repeat
from typing import Any

import pytest
from starlette.testclient import TestClient

from chassis.errors import TooLarge, Unavailable
from services.gateway.app import build_app
from services.gateway.form.draft_editing import new_page_id
from services.gateway.kit.request_body import (
    ANONYMOUS_BYTES,
    FIELDS_BYTES,
    LARGEST_BYTES,
    OpenBodies,
    RequestBody,
    TooMuchText,
    TooSlow,
)
from tests.unit.gateway.test_app import key, settings, token_of

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PIECE = 16 * 1024


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(build_app(settings("https://portal.example")), base_url="https://portal.example") as client:
        yield client


class Sender:
    """Sends pieces for ever; counts what was asked of it."""

    def __init__(self, piece: bytes = b"x" * PIECE) -> None:
        self.piece = piece
        self.sent = 0
        self.more = True

    async def receive(self) -> dict[str, Any]:
        self.sent += len(self.piece)
        return {"type": "http.request", "body": self.piece, "more_body": self.more}


def body(sender: Sender, bodies: OpenBodies | None = None, said: str = "", client: str = "192.0.2.1") -> RequestBody:
    named = [(b"content-length", said.encode())] if said else [(b"transfer-encoding", b"chunked")]
    return RequestBody({"type": "http", "headers": named}, sender.receive, client, bodies or OpenBodies())


async def drained(one: RequestBody) -> bytes:
    whole = b""
    while True:
        message = await one.receive()
        whole += bytes(message["body"])
        if not message["more_body"]:
            return whole


async def test_nothing_is_read_of_a_body_that_says_that_it_is_too_large() -> None:
    sender = Sender()
    with pytest.raises(TooLarge):
        await body(sender, said="114000000").receive()
    assert sender.sent == 0


async def test_a_body_that_does_not_say_is_left_at_300_kb() -> None:
    sender = Sender()
    with pytest.raises(TooLarge):
        await drained(body(sender))
    assert sender.sent <= ANONYMOUS_BYTES + PIECE


async def test_of_a_cut_body_the_beginning_is_read() -> None:
    sender = Sender()
    cut = body(sender, said="114000000")
    cut.cut()
    pieces = [(await cut.receive())["body"] for _ in range(-(-ANONYMOUS_BYTES // PIECE))]
    assert len(b"".join(pieces)) == ANONYMOUS_BYTES
    with pytest.raises(TooLarge):
        await cut.receive()
    assert sender.sent <= ANONYMOUS_BYTES + PIECE


async def test_who_is_known_may_send_more_and_no_more_than_that() -> None:
    granted = body(Sender())
    granted.allow(ANONYMOUS_BYTES * 4, "somebody")
    with pytest.raises(TooLarge):
        await drained(granted)
    assert granted._read > ANONYMOUS_BYTES * 4


def coming(bodies: OpenBodies, size: int, sender: str = "Sandra", most: int = LARGEST_BYTES) -> RequestBody:
    one = body(Sender(), bodies, str(size) if size else "")
    one.allow(most, sender)
    return one


async def test_one_sender_has_128_mb_on_their_way_and_all_192() -> None:
    bodies, third = OpenBodies(), LARGEST_BYTES // 3
    taken = [coming(bodies, third) for _ in range(3)]
    with pytest.raises(Unavailable, match="Other uploads of yours are not finished yet"):
        coming(bodies, third)
    coming(bodies, third, "Tariq")
    with pytest.raises(Unavailable, match="Many files"):
        coming(bodies, third, "Olive")
    for one in taken[:2]:
        one.end()
        one.end()
    coming(bodies, third)
    with pytest.raises(Unavailable, match="Many files"):
        coming(bodies, 2 * third, "Olive")
    with pytest.raises(Unavailable, match="Other uploads of yours"):
        coming(bodies, 0)


async def test_room_is_taken_until_the_request_is_over_though_its_body_is_here() -> None:
    bodies, sender = OpenBodies(), Sender(b"x" * LARGEST_BYTES)
    whole = body(sender, bodies, str(LARGEST_BYTES))
    whole.allow(LARGEST_BYTES, "Sandra")
    sender.more = False
    await whole.receive()
    with pytest.raises(Unavailable):
        coming(bodies, LARGEST_BYTES)
    whole.end()
    coming(bodies, LARGEST_BYTES)


async def test_there_is_always_room_for_a_page_of_text_and_none_is_taken_by_what_is_too_large() -> None:
    bodies = OpenBodies()
    with pytest.raises(TooLarge):
        await coming(bodies, LARGEST_BYTES + 1).receive()
    coming(bodies, LARGEST_BYTES)
    await coming(bodies, ANONYMOUS_BYTES).receive()


async def test_one_client_has_16_bodies_on_their_way_and_all_clients_128() -> None:
    bodies = OpenBodies()
    taken = [body(Sender(), bodies) for _ in range(16)]
    for one in taken:
        await one.receive()
    with pytest.raises(Unavailable):
        await body(Sender(), bodies).receive()
    for number in range(112):
        await body(Sender(), bodies, client=f"198.51.100.{number}").receive()
    with pytest.raises(Unavailable):
        await body(Sender(), bodies, client="203.0.113.1").receive()
    taken[0].end()
    await body(Sender(), bodies, client="203.0.113.1").receive()
    with pytest.raises(Unavailable):
        await body(Sender(), bodies, client="203.0.113.1").receive()


async def test_a_body_that_comes_at_once_needs_no_place() -> None:
    bodies = OpenBodies()
    for number in range(128):
        await body(Sender(), bodies, client=f"198.51.100.{number}").receive()

    class AtOnce(Sender):
        async def receive(self) -> dict[str, Any]:
            return {"type": "http.request", "body": b"email=", "more_body": False}

    assert (await body(AtOnce(), bodies, said="6").receive())["body"] == b"email="


async def test_a_body_that_does_not_come_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.gateway.kit.request_body._ANONYMOUS_SECONDS", 0.05)

    class Silent(Sender):
        async def receive(self) -> dict[str, Any]:
            await asyncio.Event().wait()
            raise AssertionError

    with pytest.raises(TooSlow):
        await body(Silent()).receive()


def post(client: TestClient, path: str, content: bytes | Callable[[], Iterator[bytes]], **headers: str) -> Any:
    sent = content if isinstance(content, bytes) else content()
    return client.post(path, content=sent, headers=FORM | headers)


@pytest.mark.parametrize("path", ["/sign-in", "/forms/x/1", "/resume", "/register/1", "/api/council/v1/token"])
@pytest.mark.parametrize("size", [ANONYMOUS_BYTES + 1, 9_500_000])
def test_an_anonymous_body_beyond_300_kb_is_neither_kept_nor_echoed(client: TestClient, path: str, size: int) -> None:
    answer = post(client, path, b"a=" + b"x" * (size - 2))
    assert answer.status_code in {403, 413}
    assert len(answer.content) < 20_000


def page_id(client: TestClient, task_id: str = "x") -> str:
    """As a page of this task bears it that was drawn before."""
    return new_page_id(client.app.state.service, task_id)  # type: ignore[attr-defined]


def test_whoever_was_given_no_page_gets_nothing_back(client: TestClient) -> None:
    client.get("/sign-in")
    for forged in ("", "A" * 24, page_id(client, "another-task")):
        answer = client.post("/forms/x/1", data={"page_id": forged, "a:views": "what was typed"})
        assert answer.status_code == 403
        assert 'name="unsaved"' not in answer.text


def test_what_was_typed_on_a_page_is_kept_when_nobody_is_signed_in_any_more(client: TestClient) -> None:
    answer = client.post("/forms/x/1", data={"page_id": page_id(client), "a:views": "what was typed"})
    assert answer.status_code == 200
    assert 'name="unsaved"' in answer.text


def test_a_file_beyond_the_limit_does_not_take_the_words_before_it_along(client: TestClient) -> None:
    page = {"page_id": page_id(client), "a:views": "what was typed"}
    answer = client.post("/forms/x/1", data=page, files={"file": ("a.pdf", b"x" * 5_000_000)})
    assert answer.status_code == 200
    encrypted = answer.text.partition('name="unsaved" value="')[2].partition('"')[0]
    content = client.app.state.service.encryptor.decrypt("unsaved", encrypted, 60)  # type: ignore[attr-defined]
    assert content["fields"]["a:views"] == ["what was typed"]


def test_what_is_preserved_fits_into_the_body_of_the_next_sign_in(client: TestClient) -> None:
    token = token_of(client.get("/sign-in").text)
    typed = "".join(f"{number} words of a long page, " for number in range(9000))
    answer = client.post("/forms/x/1", data={"page_id": page_id(client), "a:views": typed})
    encrypted = answer.text.partition('name="unsaved" value="')[2].partition('"')[0]
    assert 0 < len(encrypted) < ANONYMOUS_BYTES
    again = client.post("/sign-in", data={"csrf": token, "unsaved": encrypted, "email": "", "password": ""})
    assert again.status_code != 413


@pytest.mark.parametrize("charset", ["punycode", "unicode_escape", "utf-16-le", "rot13", "latin-1"])
def test_a_form_in_another_charset_is_refused(client: TestClient, charset: str) -> None:
    headers = {"Content-Type": f"multipart/form-data; boundary=b; charset={charset}"}
    content = b'--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n\\ud800\r\n--b--\r\n'
    assert client.post("/sign-in", content=content, headers=headers).status_code == 400


def test_a_council_shows_its_token_before_its_message_is_read(client: TestClient) -> None:
    large = json.dumps(list(repeat("x" * 1000, 2000))).encode()
    headers = {"Authorization": f"Bearer {key().get_secret_value()}"}
    answer = client.post("/api/council/v1/messages/council.delegation.requested.v1", content=large, headers=headers)
    assert answer.status_code == 401


def granted(bodies: OpenBodies, sender: str = "Sandra") -> RequestBody:
    one = body(Sender(), bodies)
    one.allow(ANONYMOUS_BYTES, sender)
    return one


def test_one_page_holds_12_mb_of_text_and_all_48_until_their_requests_are_over() -> None:
    bodies = OpenBodies()
    pages = [granted(bodies) for _ in range(4)]
    for one in pages:
        one.hold(FIELDS_BYTES)
    with pytest.raises(TooMuchText):
        pages[0].hold(FIELDS_BYTES + 1)
    with pytest.raises(Unavailable, match="Many large forms"):
        granted(bodies).hold(ANONYMOUS_BYTES + 1)
    granted(bodies).hold(ANONYMOUS_BYTES)
    for _ in range(2):
        pages[0].end()
    granted(bodies).hold(FIELDS_BYTES)
    with pytest.raises(Unavailable):
        granted(bodies).hold(ANONYMOUS_BYTES + 1)


def test_what_lies_in_tmp_is_gone_with_its_request() -> None:
    one, file = granted(OpenBodies()), io.BytesIO(b"%PDF")
    one.keep(file)
    one.end()
    assert file.closed
