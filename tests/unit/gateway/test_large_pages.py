"""The largest form that there can be, on its pages: they are made, and read when they come back, beside the loop."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from contracts.api.auth import SessionView
from contracts.api.forms import EditsView
from contracts.api.tasks import GrantView
from services.gateway.app import build_app
from services.gateway.form import page_rendering, pages, submit_pages
from services.gateway.kit.clients import Transport
from services.gateway.kit.rendering import PageRenderer
from tests.support.ticks import Ticks
from tests.unit.forms.definitions import form_of, item, page, table
from tests.unit.gateway.samples import contribution, row, task
from tests.unit.gateway.test_app import settings, token_of

FORM = form_of(
    page("one", table("needs", *(item(f"c{number}", "text") for number in range(10))), item("views", "text"))
)
ROWS = 200
TYPED = ("Gabriel " * 250).strip()
AT = datetime.now(UTC)
SESSION = SessionView(
    account_id="a",
    authority="bristol",
    email="sandra@school.example",
    name="Sandra",
    role="",
    organisation="",
    idle_expires_at=AT + timedelta(minutes=30),
    absolute_expires_at=AT + timedelta(minutes=30),
)
COOKIE = {"Cookie": f"__Host-portal_session={'x' * 43}"}


VIEW = contribution(
    {"needs": [row(f"row-{number}", **{f"c{column}": TYPED for column in range(10)}) for number in range(ROWS)]},
    form=FORM,
)
"""A table of 2,000 cells of 2,000 characters."""


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    whole = VIEW.model_dump_json().encode()
    grant = GrantView(grant="g", task=task()).model_dump_json().encode()
    saved = EditsView(
        revision=2, hidden=[], left_out=[], faults=[], conflicts=[], saved_at=datetime.now(UTC)
    ).model_dump_json()

    async def ask(_: Any, service: str, method: str, *__: Any, **___: Any) -> bytes:
        answers = {
            "auth": SESSION.model_dump_json().encode(),
            "tasks": grant,
            "files": b'{"files": []}',
            "forms": whole if method == "GET" else saved.encode(),
        }
        return answers[service]

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


def test_a_large_page_that_is_saved_is_read_beside_the_loop(client: TestClient, ticks: Ticks) -> None:
    html = client.get("/forms/t-1/1", headers=COOKIE).text
    ticks.left.clear()
    holder = html.partition('name="holder" value="')[2].partition('"')[0]
    cells = {f"a:needs/row-{number}/c1": TYPED * 9 for number in range(ROWS)}
    page = {"csrf": token_of(html), "holder": holder, "action": "save", **cells}
    client.cookies.set("__Host-portal_session", "x" * 43)
    answer = client.post("/forms/t-1/1", data=page, files={"file": ("", b"")}, follow_redirects=False)
    assert answer.status_code == 303
    assert (ticks.left, ticks.held) == ({"changes_on"}, set())
