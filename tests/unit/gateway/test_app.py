"""The gateway by itself: headers, cookies, forms' tokens, errors, static files. No service behind it answers."""

import base64
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from chassis.tokens import public_key_of
from contracts.api.auth import AuthenticatorView, OpeningView, RegistrationDetails, SessionView
from contracts.registry import stored
from services.gateway.app import build_app
from services.gateway.kit.clients import AuthClient
from services.gateway.kit.rendering import PageRenderer
from services.gateway.settings import GatewaySettings
from services.gateway.sign_in import pages, register_pages, reset_pages
from tests.unit.gateway import samples

AWAY = "http://127.0.0.1:9"
HEADERS_OF_ALL = {
    "x-content-type-options",
    "content-security-policy",
    "referrer-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "cache-control",
    "x-request-id",
}


def key() -> SecretStr:
    return SecretStr(base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("="))


def settings(public_url: str, **more: Any) -> GatewaySettings:
    return GatewaySettings(
        env="test",
        authorities_dir=Path("deploy/authorities"),
        log_level="CRITICAL",
        signing_key=key(),
        auth_public_key=public_key_of(key()),
        secret=key(),
        public_url=public_url,
        service_urls=dict.fromkeys(stored(), AWAY),
        **more,
    )


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(build_app(settings("https://portal.example")), base_url="https://portal.example") as client:
        yield client


@pytest.fixture(autouse=True)
def _no_cookies(request: pytest.FixtureRequest) -> None:
    if "client" in request.fixturenames:
        request.getfixturevalue("client").cookies.clear()


def token_of(html: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', html)
    assert found
    return found.group(1)


@pytest.mark.parametrize(
    ("first", "page"),
    [
        ({}, ""),
        ({"must_enrol": True}, "/account/security"),
        ({"must_take_over": True}, "/account/take-over"),
        ({"must_take_over": True, "must_enrol": True}, "/account/take-over"),
    ],
)
def test_who_has_something_to_do_first_gets_to_its_page_and_to_no_other(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, first: dict[str, bool], page: str
) -> None:
    view = samples.session().model_copy(update=first)

    async def session(*_: object, **__: object) -> SessionView:
        return view

    async def authenticator(*_: object) -> AuthenticatorView:
        return AuthenticatorView(must_stay=True, added_at=view.idle_expires_at)

    async def opening(*_: object) -> OpeningView:
        return OpeningView(details=RegistrationDetails(), needs_password=True)

    monkeypatch.setattr(AuthClient, "opening", opening)
    monkeypatch.setattr(AuthClient, "session", session)
    monkeypatch.setattr(AuthClient, "authenticator", authenticator)
    cookie = {"Cookie": f"__Host-portal_session={'x' * 43}"}
    pages = {"/account", "/account/password", "/account/security", "/account/take-over", "/signed-in"} - {page}
    for address in pages if page else ():
        answer = client.get(address, headers=cookie, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, page)
    asked = {**cookie, "Accept": "application/json"}
    assert client.get("/account", headers=asked).status_code == (403 if page else 200)
    assert client.get("/session/left", headers=asked).status_code == 200
    assert client.get(page or "/account/security", headers=cookie, follow_redirects=False).status_code == 200
    monkeypatch.undo()


def test_a_page_runs_only_the_scripts_that_carry_its_nonce(client: TestClient) -> None:
    first, second = client.get("/sign-in"), client.get("/sign-in")
    policy = first.headers["content-security-policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy)
    assert nonce
    assert set(re.findall(r'<script[^>]* nonce="([^"]+)"', first.text)) == {nonce.group(1)}
    assert len(re.findall("<script", first.text)) == len(re.findall("<script[^>]* nonce=", first.text))
    assert nonce.group(1) not in second.headers["content-security-policy"]
    for rule in (
        "default-src 'none'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    ):
        assert rule in policy
    assert "unsafe" not in policy
    assert " style=" not in first.text


def test_signing_in_again_is_shown_inside_a_page_of_ours_and_nothing_else_is(client: TestClient) -> None:
    asked = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "iframe"}
    inside = client.get("/sign-in", headers=asked)
    assert "frame-ancestors 'self'" in inside.headers["content-security-policy"]
    assert ("<header" in inside.text, "<footer" in inside.text, "/register/1" in inside.text) == (False, False, False)
    for address, headers in (
        ("/help", asked),
        ("/sign-in", asked | {"Sec-Fetch-Site": "cross-site"}),
        ("/sign-in", asked | {"Sec-Fetch-Dest": "document"}),
        ("/sign-in", {}),
    ):
        answer = client.get(address, headers=headers)
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "<header" in answer.text


def test_every_page_carries_the_security_headers(client: TestClient) -> None:
    for address in ("/sign-in", "/help", "/nowhere", "/static/x/portal.css", "/api/council/v1/delegations"):
        headers = client.get(address).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["strict-transport-security"].startswith("max-age=63072000")
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert client.get("/sign-in").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("second_factor", "emails", "names_app"), [("email", True, False), ("either", True, True), ("app", False, True)]
)
def test_a_portal_promises_the_codes_that_it_sends(
    second_factor: str, emails: bool, names_app: bool, tmp_path: Path
) -> None:
    shipped = json.loads(Path("deploy/authorities/bristol.json").read_text(encoding="utf-8"))
    (tmp_path / "bristol.json").write_text(json.dumps({**shipped, "second_factor": second_factor}), encoding="utf-8")
    chosen = settings("https://portal.example").model_copy(update={"authorities_dir": tmp_path})
    with TestClient(build_app(chosen), base_url="https://portal.example") as client:
        sign_in, support = client.get("/sign-in").text, client.get("/help").text
    assert ("by sending an authentication code to your email address" in sign_in) is emails
    assert ("Each time you sign in we email you a new code" in support) is emails
    assert ["authenticator app" in page for page in (sign_in, support)] == [names_app] * 2
    assert all("Do not share your user name or password" in page for page in (sign_in, support))
    assert "Chrome, Edge, Firefox or Safari" in support


def test_cookies_are_bound_to_the_host_and_hidden_from_scripts(client: TestClient) -> None:
    cookie = client.get("/sign-in").headers["set-cookie"]
    assert cookie.startswith("__Host-portal_browser=")
    for attribute in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert attribute in cookie
    assert "Domain" not in cookie


def test_over_plain_http_cookies_work_without_https(client: TestClient) -> None:
    with TestClient(build_app(settings("http://127.0.0.1:8000")), base_url="http://127.0.0.1:8000") as plain:
        answer = plain.get("/sign-in")
        assert answer.headers["set-cookie"].startswith("portal_browser=")
        assert "Secure" not in answer.headers["set-cookie"]
        assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
def test_a_form_of_another_website_is_refused(client: TestClient, headers: dict[str, str]) -> None:
    token = token_of(client.get("/sign-in").text)
    answer = client.post("/sign-in", data={"csrf": token, "email": "a@b.example", "password": "x"}, headers=headers)
    assert answer.status_code == 403
    assert "another website" in answer.text


def test_a_form_of_another_browser_is_refused(client: TestClient) -> None:
    token = token_of(client.get("/sign-in").text)
    client.cookies.clear()
    client.get("/sign-in")
    answer = client.post("/sign-in", data={"csrf": token, "email": "a@b.example", "password": "x"})
    assert answer.status_code == 403
    assert client.post("/sign-in", data={"email": "a@b.example"}).status_code == 403


def test_a_service_that_is_away_is_said_so_with_a_reference(client: TestClient) -> None:
    token = token_of(client.get("/sign-in").text)
    answer = client.post(
        "/sign-in",
        data={"csrf": token, "email": "a@b.example", "password": "x"},
        headers={"Origin": "https://portal.example", "Sec-Fetch-Site": "same-origin"},
    )
    assert answer.status_code == 503
    assert "not available right now" in answer.text
    assert f"Reference: {answer.headers['x-request-id'][:8]}<" in answer.text
    assert answer.headers["retry-after"] == "5"


def test_what_is_not_there_is_a_page_in_the_same_frame(client: TestClient) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "<h1" in answer.text
    assert "Bristol City Council" in answer.text
    assert client.post("/help").status_code == 405


def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_back(client: TestClient) -> None:
    answer = client.get("/forms/t-1/2", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/forms/t-1/2"


@pytest.mark.parametrize("value", ['"a\\012b"', "x" * 42, "x" * 44, "x" * 42 + "\u00e9", '"' + "x" * 42 + '\\012"'])
def test_a_cookie_that_is_no_token_of_auths_is_asked_of_nobody(client: TestClient, value: str) -> None:
    cookie = f"__Host-portal_session={value}".encode("latin-1")
    answer = client.get("/tasks", headers=[(b"cookie", cookie)], follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/tasks")


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", f"/evil{'x' * 496}"],
)
def test_after_signing_in_nobody_is_sent_elsewhere(client: TestClient, elsewhere: str) -> None:
    html = client.get("/sign-in", params={"next": elsewhere}).text
    assert 'name="next" value=""' in html
    assert "evil" not in html


def test_a_host_shows_its_own_authority(client: TestClient) -> None:
    answer = client.get("/sign-in", headers={"Host": "oxfordshire.portal.example"})
    assert "Oxfordshire County Council" in answer.text
    assert "New to Children and Families Online Services?" in answer.text
    assert "Delegation Portal" not in answer.text
    assert "/brand/oxfordshire.css" in answer.text


@pytest.mark.parametrize("host", ["evil.example", "portal.example.evil.example", "[", "a b", "127.0.0.1", ""])
def test_a_host_that_is_not_the_portals_is_refused_and_not_repeated(client: TestClient, host: str) -> None:
    answer = client.get("/sign-in", headers={"Host": host, "Origin": f"https://{host}"})
    assert answer.status_code == 421
    assert "evil" not in answer.text
    assert "x-content-type-options" in answer.headers
    assert client.get("/livez", headers={"Host": host}).status_code == 200, "an operator asks by any name"


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/sign-out", "/"),
        ("/resume", "/"),
        ("/session/stay", "/"),
        ("/sign-in/code/new", "/sign-in/code"),
        ("/tasks/t-1/pickup", "/tasks"),
        ("/forms/t-1/attach", "/"),
    ],
)
def test_an_address_that_takes_forms_only_leads_to_the_page_above_it(
    client: TestClient, address: str, page: str
) -> None:
    answer = client.get(address, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, page)


def test_static_files_are_kept_for_a_year_under_the_hash_of_their_content(client: TestClient) -> None:
    address = re.search(r'href="(/static/[^"]+/portal.css)"', client.get("/sign-in").text)
    assert address
    answer = client.get(address.group(1), headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    assert int(answer.headers["content-length"]) < 30_000
    assert client.get("/static/old/portal.css").headers["cache-control"] == "no-cache"
    assert client.get("/static/x/../settings.py").status_code == 404


def test_the_assets_hold_no_branding_of_gov_uk(client: TestClient) -> None:
    sheet = client.get("/static/x/portal.css").text
    assert "GDS Transport" not in sheet
    assert "crown" not in sheet
    assert "crest" not in sheet
    assert "Atkinson Hyperlegible Next" in sheet


def test_a_page_and_all_that_it_loads_is_under_100_kb_fonts_aside(client: TestClient) -> None:
    html = client.get("/sign-in").text
    base = re.search(r"(/static/[0-9a-f]+)/", html)
    assert base
    scripts = [f"js/{path.name}" for path in Path("services/gateway").rglob("*.mjs")]
    assert len(scripts) == len(set(scripts))
    loaded = [client.get(f"{base.group(1)}/{name}").headers["content-length"] for name in ["portal.css", *scripts]]
    assert len(html) + sum(map(int, loaded)) < 100_000


def test_programs_get_problem_documents(client: TestClient) -> None:
    answer = client.get("/api/council/v1/delegations")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "token_missing"
    answer = client.get("/api/council/v1/delegations", headers={"Authorization": "Bearer forged"})
    assert answer.json()["code"] == "token_invalid"
    assert client.get("/api/council/v1/nowhere").json()["status"] == 404


def test_whatever_is_tried_before_signing_in_is_counted() -> None:
    app = build_app(settings("https://portal.example", sign_ins_per_minute=0))
    tried = [
        route.path
        for route in (*pages.routes, *register_pages.routes, *reset_pages.routes)
        if "POST" in (route.methods or ()) and route.path not in {"/sign-out", "/session/stay"}
    ]
    with TestClient(app, base_url="https://portal.example") as client:
        assert {address: client.post(address, data={}).status_code for address in tried} == dict.fromkeys(tried, 429)
    assert len(tried) > 10


def test_too_many_passwords_from_one_address_are_told_to_wait() -> None:
    app = build_app(settings("https://portal.example", sign_ins_per_minute=2))
    with TestClient(app, base_url="https://portal.example") as client:
        statuses = [client.post("/sign-in", data={}).status_code for _ in range(3)]
        answer = client.post("/sign-in", data={})
    assert statuses == [403, 403, 429]
    assert 1 <= int(answer.headers["retry-after"]) <= 61
    assert "Too many requests" in answer.text


def test_too_many_requests_from_one_address_are_told_to_wait() -> None:
    app = build_app(settings("https://portal.example", requests_per_minute=2))
    with TestClient(app, base_url="https://portal.example") as client:
        assert [client.get("/help").status_code for _ in range(3)] == [200, 200, 429]


def test_whoever_seems_signed_in_sees_the_sign_in_page_all_the_same_while_auth_is_away(client: TestClient) -> None:
    client.cookies.set("__Host-portal_session", "x" * 43)
    answer = client.get("/sign-in")
    assert answer.status_code == 200
    assert "Secure login - step 1" in answer.text


def test_after_logout_it_is_said(client: TestClient) -> None:
    assert "You are signed out." in client.get("/sign-in?signed-out=1").text
    assert "You are signed out." not in client.get("/sign-in").text


class _BrokenError(Exception):
    """Of ours, with something in it that nobody is to read."""


async def _break(*_: object, **__: object) -> None:
    raise _BrokenError("Gabriel Example")


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_mistake_of_ours_is_a_page_with_all_headers_and_says_nothing_of_itself(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, accept: str
) -> None:
    async def session(*_: object, **__: object) -> SessionView:
        return samples.session()

    monkeypatch.setattr(AuthClient, "session", session)
    monkeypatch.setattr(AuthClient, "authenticator", _break)
    asked = {"Cookie": f"__Host-portal_session={'x' * 43}", "Accept": accept}
    answer = client.get("/account/security", headers=asked)
    assert answer.status_code == 500
    assert answer.headers.keys() >= HEADERS_OF_ALL
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert ("Gabriel" in answer.text, "_BrokenError" in answer.text) == (False, False)
    assert ("Reference:" in answer.text) is (accept == "text/html")


def test_where_not_even_the_page_of_a_mistake_can_be_made_the_headers_stand(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> str:
        raise _BrokenError("Gabriel Example")

    monkeypatch.setattr(PageRenderer, "render", fail)
    answer = client.get("/sign-in")
    assert (answer.status_code, answer.text) == (500, "Sorry, something went wrong. Try again.")
    assert answer.headers.keys() >= HEADERS_OF_ALL
