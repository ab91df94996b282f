"""The largest form that there can be: its pages are made beside the loop, and read so; a larger one is refused."""

from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from contracts.api.files import FileListView
from contracts.api.forms import EditsView
from contracts.api.tasks import GrantView
from services.gateway.app import build_app
from services.gateway.form import page_rendering, pages, submit_pages
from services.gateway.kit.clients import Transport
from services.gateway.kit.rendering import PageRenderer
from services.gateway.kit.request_body import ANONYMOUS_BYTES, FIELDS_BYTES
from tests.support.ticks import Ticks
from tests.unit.forms.definitions import form_of, item, page, table
from tests.unit.gateway.samples import contribution, row, session, task
from tests.unit.gateway.test_app import settings, token_of

FORM = form_of(
    page("one", table("needs", *(item(f"c{number}", "text") for number in range(10))), item("views", "text"))
)
ROWS = 200
TYPED = ("Gabriel " * 250).strip()
COOKIE = {"Cookie": f"__Host-portal_session={'x' * 43}"}


VIEW = contribution(
    {"needs": [row(f"row-{number}", **{f"c{column}": TYPED for column in range(10)}) for number in range(ROWS)]},
    form=FORM,
)
"""A table of 2,000 cells of 2,000 characters."""


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    saved = EditsView(revision=2, hidden=[], left_out=[], faults=[], conflicts=[], saved_at=datetime.now(UTC))
    answers = {"auth": session(), "tasks": GrantView(grant="g", task=task()), "files": FileListView(files=[])}

    async def ask(_: Any, service: str, method: str, *__: Any, **___: Any) -> bytes:
        return answers.get(service, VIEW if method == "GET" else saved).model_dump_json().encode()

    monkeypatch.setattr(Transport, "ask", ask)
    with TestClient(build_app(settings("https://portal.example")), base_url="https://portal.example") as client:
        yield client


@pytest.fixture
def ticks(monkeypatch: pytest.MonkeyPatch) -> Ticks:
    ticks = Ticks()
    ticks.watch(monkeypatch, page_rendering, "form_page")
    ticks.watch(monkeypatch, submit_pages, "check_page")
    ticks.watch(monkeypatch, PageRenderer, "render")
    ticks.watch(monkeypatch, pages, "changes_on")
    return ticks


@pytest.mark.parametrize(("address", "view"), [("1", "form_page"), ("check", "check_page"), ("print", "check_page")])
def test_the_page_of_a_large_form_is_made_beside_the_loop(
    client: TestClient, ticks: Ticks, address: str, view: str
) -> None:
    answer = client.get(f"/forms/t-1/{address}", headers=COOKIE)
    assert (answer.status_code, answer.text.count(TYPED)) == (200, ROWS * 10)
    assert (ticks.left, ticks.held) == ({view, "render"}, set())


def test_a_small_page_is_made_at_once(client: TestClient, ticks: Ticks) -> None:
    assert client.get("/sign-in").status_code == 200
    assert (ticks.left, ticks.held) == (set(), {"render"})


def posted(client: TestClient, cells: dict[str, str], **more: Any) -> Response:
    """The form's page with this typed on it, and a file chosen."""
    html = client.get("/forms/t-1/1", headers=COOKIE).text
    shown = {name: html.partition(f'name="{name}" value="')[2].partition('"')[0] for name in ("holder", "labels")}
    page = {"csrf": token_of(html), "holder": shown["holder"], "labels": unescape(shown["labels"]), "action": "save"}
    client.cookies.set("__Host-portal_session", "x" * 43)
    return client.post("/forms/t-1/1", data=page | cells, files={"file": ("", b"")}, follow_redirects=False, **more)


def test_a_large_page_that_is_saved_is_read_beside_the_loop(client: TestClient, ticks: Ticks) -> None:
    answer = posted(client, {f"a:needs/row-{number}/c1": TYPED * 9 for number in range(ROWS)})
    assert answer.status_code == 303
    assert "changes_on" in ticks.left - ticks.held


def test_more_text_than_a_form_holds_is_refused_and_what_came_of_it_is_shown(client: TestClient) -> None:
    first = {"a:views": "What Sandra saw."}
    answer = posted(client, first | {f"a:needs/row-{number}/c1": "\u20ac" * 20_000 for number in range(ROWS + 15)})
    assert answer.status_code == 413
    assert '<h1 class="govuk-heading-l">That is too much text</h1>' in answer.text
    assert "What Sandra saw." in answer.text
    assert "What you saved before is safe." in answer.text
    script = posted(client, first | {"a:needs/row-1/c1": "x" * FIELDS_BYTES}, headers={"Accept": "application/json"})
    assert (script.status_code, script.json()["title"]) == (413, "That is too much text")


def test_nobody_gets_back_what_they_posted_without_a_page_of_ours(client: TestClient) -> None:
    sent = {"csrf": "forged", "labels": '{"views": "Views"}', "a:views": "echoed", "a:more": "x" * FIELDS_BYTES}
    client.cookies.set("__Host-portal_session", "x" * 43)
    answer = client.post("/forms/t-1/1", data=sent, files={"file": ("", b"")})
    assert (answer.status_code, "echoed" in answer.text) == (413, False)


def test_files_are_no_text(client: TestClient) -> None:
    client.cookies.set("__Host-portal_session", "x" * 43)
    large = {"file": ("a.pdf", b"x" * (FIELDS_BYTES + 1))}
    assert client.post("/forms/t-1/1", data={"csrf": "forged"}, files=large).status_code == 403


def test_a_form_that_is_not_posted_in_parts_is_short(client: TestClient) -> None:
    client.cookies.set("__Host-portal_session", "x" * 43)
    assert client.post("/forms/t-1/1", data={"a:views": "x" * (ANONYMOUS_BYTES + 1)}).status_code == 413
