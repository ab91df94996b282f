"""The cookies that an answer sets: each once, as the last change left it."""

from http.cookies import SimpleCookie

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.kit.cookies import CookieJar
from services.gateway.kit.csrf import CsrfTokens
from services.gateway.kit.encryption import CookieEncryptor

ENCRYPTOR = CookieEncryptor(b"s" * 32)
TOKEN = "t" * 43


def request(**cookies: str) -> Request:
    brought = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return Request({"type": "http", "headers": [(b"cookie", brought.encode())]})


def jar(**cookies: str) -> CookieJar:
    return CookieJar(request(**cookies), ENCRYPTOR, is_https=False)


def sent(cookies: CookieJar) -> dict[str, str]:
    """What a browser keeps after the answer, by name; a cookie that is taken back is empty."""
    response = Response()
    cookies.apply(response)
    lines = response.headers.getlist("set-cookie")
    kept = [(name, morsel.value) for line in lines for name, morsel in SimpleCookie(line).items()]
    assert len(kept) == len(dict(kept))
    return dict(kept)


def test_an_answer_that_changes_nothing_sets_nothing() -> None:
    assert sent(jar(portal_session=TOKEN)) == {}


def test_a_browser_remembers_what_was_changed_one_after_the_other() -> None:
    first = jar()
    first.bind_browser()
    first.remember(reset="r-1")
    first.remember(email="a@b.example")
    first.bind_browser()
    again = jar(**sent(first))
    assert (again.browser.reset, again.browser.email) == ("r-1", "a@b.example")
    assert again.browser.nonce == first.browser.nonce
    again.bind_browser()
    assert sent(again) == {}


def test_a_session_ends_what_the_browser_held_before_it() -> None:
    cookies = jar()
    cookies.remember(sign_in="s-1")
    cookies.start_session(TOKEN, 60)
    cookies.bind_browser()
    assert sent(cookies) == {"portal_session": TOKEN, "portal_browser": ""}


def test_being_trusted_outlives_the_session() -> None:
    cookies = jar(portal_session=TOKEN)
    cookies.set_trusts(f"{TOKEN}~{TOKEN}")
    cookies.end_session()
    assert jar(**sent(cookies)).trusts == f"{TOKEN}~{TOKEN}"
    assert jar(portal_trusts="<script>").trusts == ""


def test_what_somebody_chose_of_their_list_is_theirs_alone_and_cannot_be_read() -> None:
    cookies = jar()
    cookies.set_choice("account-1", {"form": "report", "order": "form"})
    kept = sent(cookies)
    assert "report" not in kept["portal_list"]
    again = jar(**kept)
    assert again.choice("account-1") == {"form": "report", "order": "form"}
    assert again.choice("account-2") == {}
    assert jar(portal_list="<script>").choice("account-1") == {}
    again.end_session()
    assert "portal_list" not in sent(again), "it is there after a time-out"
    again.forget_choice()
    assert sent(again)["portal_list"] == ""


def test_whoever_chooses_everything_leaves_nothing_in_the_browser() -> None:
    first, changed = jar(), jar()
    first.set_choice("account-1", {})
    assert sent(first) == {}
    changed.set_choice("account-1", {"form": "report"})
    later = jar(**sent(changed))
    later.set_choice("account-1", {})
    assert sent(later) == {"portal_list": ""}


def test_what_is_no_session_token_is_no_session() -> None:
    assert jar(portal_session="t" * 42).session_token == ""
    assert jar(portal_session=TOKEN).session_token == TOKEN


def test_a_managers_mark_holds_for_their_session_alone() -> None:
    cookies = jar(portal_session=TOKEN)
    cookies.set_manages(manages=True)
    mark = sent(cookies)["portal_manages"]
    assert jar(portal_session=TOKEN, portal_manages=mark).manages
    assert not jar(portal_session="u" * 43, portal_manages=mark).manages
    assert not jar(portal_manages=mark).manages


def test_after_a_session_has_ended_a_form_is_bound_to_the_browser() -> None:
    cookies = jar(portal_session=TOKEN, portal_manages="m")
    csrf = CsrfTokens(request(), cookies, ENCRYPTOR, is_https=False)
    of_the_session = csrf.token
    cookies.end_session()
    cookies.bind_browser()
    answer = sent(cookies)
    assert (answer["portal_session"], answer["portal_manages"]) == ("", "")
    following = CsrfTokens(request(), jar(portal_browser=answer["portal_browser"]), ENCRYPTOR, is_https=False)
    assert following.verify(csrf.token)
    assert not following.verify(of_the_session)


def test_over_https_every_cookie_is_its_hosts_own() -> None:
    cookies = CookieJar(request(), ENCRYPTOR, is_https=True)
    cookies.start_session(TOKEN, 60)
    cookies.set_manages(manages=True)
    cookies.set_devices(TOKEN)
    cookies.set_trusts(TOKEN)
    cookies.set_saved("p-1")
    cookies.remember(reset="r-1")
    names = sent(cookies)
    assert len(names) == 6
    assert [name for name in names if not name.startswith("__Host-portal_")] == []
