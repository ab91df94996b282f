"""Signing in and out: `/`, the two steps of Secure login, Logout, Stay signed in."""

import contextlib
from dataclasses import replace
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chassis import clock
from chassis.errors import NotFound, Refused, Unauthorised
from contracts.api.auth import SignInBody
from services.gateway.kit.form_parsing import own_form
from services.gateway.kit.request_context import Visit
from services.gateway.kit.views.frame import Told
from services.gateway.sign_in.interrupted import resume_page
from services.gateway.sign_in.views import CodePage, SignInPage, raise_unless_told, sign_in_code_page, told


def local(address: str) -> str:
    """An address of this portal; none where it leads elsewhere."""
    parts = urlsplit(address)
    is_local = (
        address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    )
    return address if is_local else ""


async def home(request: Request) -> Response:
    """To the tasks where somebody is signed in, else to sign in."""
    visit = Visit(request)
    return visit.go("/tasks" if visit.token else "/sign-in")


async def show_sign_in(request: Request) -> Response:
    """Secure login - step 1."""
    visit, query = Visit(request), request.query_params
    after = local(query.get("next", ""))
    if visit.token:
        with contextlib.suppress(Refused):
            await visit.sign_in_person(touch=False)
            return visit.go(after or "/tasks")
    page = SignInPage(next=after, timed_out=query.get("ended") == "1", signed_out=query.get("signed-out") == "1")
    return visit.page("sign_in.html", page)


async def sign_in(request: Request) -> Response:
    """Password right: on to the code."""
    visit = Visit(request)
    visit.gateway.limits.check_sign_in(request)
    form = await own_form(visit)
    email, held, after = form.text("email"), form.raw("held"), local(form.text("next"))
    try:
        begun = await visit.gateway.auth.start_sign_in(
            SignInBody(authority=visit.authority.code, email=email, password=form.raw("password")), visit.caller
        )
    except Refused as refused:
        raise_unless_told(refused)
        return visit.page("sign_in.html", SignInPage(told(refused), email, after, held), refused.status)
    visit.browser = replace(visit.browser, email=email)
    response = visit.page("code.html", _code_page(visit, held=held)) if held else visit.go("/sign-in/code")
    return visit.remember(response, sign_in=begun.sign_in_id, next=after)


def _code_page(visit: Visit, told: Told | None = None, *, held: str = "", sent: bool = False) -> CodePage:
    return sign_in_code_page(visit.browser.email, visit.authority.code_minutes, told, held=held, sent=sent)


async def show_code(request: Request) -> Response:
    """Secure login - step 2."""
    visit = Visit(request)
    if not visit.browser.sign_in:
        return visit.go("/sign-in")
    return visit.page("code.html", _code_page(visit, sent=request.query_params.get("sent") == "1"))


async def confirm_code(request: Request) -> Response:
    """Code right: signed in, and on to where the person wanted to be."""
    visit = Visit(request)
    visit.gateway.limits.check_sign_in(request)
    form = await own_form(visit)
    held = form.raw("held")
    try:
        session = await visit.gateway.auth.confirm_sign_in(
            visit.browser.sign_in or "none", form.text("code"), visit.caller
        )
    except NotFound:
        return visit.page("sign_in.html", SignInPage(timed_out=True, held=held, next=visit.browser.next))
    except Refused as refused:
        raise_unless_told(refused)
        return visit.page("code.html", _code_page(visit, told(refused), held=held), refused.status)
    seconds = max(0, int((session.absolute_expires_at - clock.now()).total_seconds()))
    after = visit.browser.next or "/tasks"
    visit.token = session.session_token
    response = visit.page("resume.html", await resume_page(visit, held)) if held else visit.go(after)
    visit.note_devices(response, session.devices)
    return visit.start_session(response, session.session_token, seconds)


async def new_code(request: Request) -> Response:
    """Please send me a new code."""
    visit = Visit(request)
    visit.gateway.limits.check_sign_in(request)
    form = await own_form(visit)
    try:
        await visit.gateway.auth.send_sign_in_code(visit.browser.sign_in or "none")
    except NotFound:
        return visit.page("sign_in.html", SignInPage(timed_out=True, held=form.raw("held"), next=visit.browser.next))
    except Refused as refused:
        return visit.page("code.html", _code_page(visit, told(refused), held=form.raw("held")), refused.status)
    if form.raw("held"):
        return visit.page("code.html", _code_page(visit, held=form.raw("held"), sent=True))
    return visit.go("/sign-in/code?sent=1")


async def sign_out(request: Request) -> Response:
    """Logout: the session ends at auth, in the cookie and in the browser's store."""
    visit = Visit(request)
    await own_form(visit)
    if visit.token:
        visit.gateway.people.drop(visit.token)
        with contextlib.suppress(Unauthorised):
            await visit.gateway.auth.end_session(visit.token)
    response = visit.end_session(visit.go("/sign-in?signed-out=1"))
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


async def stay(request: Request) -> Response:
    """Stay signed in, pressed in the warning."""
    visit = Visit(request)
    await own_form(visit)
    await visit.sign_in_person(touch=True)
    return JSONResponse({"idle_seconds": visit.idle_seconds})


async def show_session(request: Request) -> Response:
    """Whether the session lives and for how long; asking is no activity."""
    visit = Visit(request)
    await visit.sign_in_person(touch=False)
    return JSONResponse({"idle_seconds": visit.idle_seconds})


routes = [
    Route("/", home),
    Route("/sign-in", show_sign_in),
    Route("/sign-in", sign_in, methods=["POST"]),
    Route("/sign-in/code", show_code),
    Route("/sign-in/code", confirm_code, methods=["POST"]),
    Route("/sign-in/code/new", new_code, methods=["POST"]),
    Route("/sign-out", sign_out, methods=["POST"]),
    Route("/session/left", show_session),
    Route("/session/stay", stay, methods=["POST"]),
]
