"""Resetting a password in three steps; the pages never tell whether an address has an account."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.errors import NotFound, Refused
from contracts.api.auth import NewPasswordBody, ResetBody
from services.gateway.kit.form_parsing import own_form
from services.gateway.kit.request_context import Visit
from services.gateway.kit.views.frame import Told
from services.gateway.sign_in.views import (
    CodePage,
    CredentialsPage,
    DonePage,
    SignInPage,
    password_rules,
    raise_unless_told,
    reset_code_page,
    told,
)

FIRST = "/reset/1"


async def show_email(request: Request) -> Response:
    """Step 1."""
    return Visit(request).page("reset_1.html", SignInPage())


async def send_code(request: Request) -> Response:
    """Step 1: a code is sent, where there is an account."""
    visit = Visit(request)
    visit.gateway.limits.check_sign_in(request)
    email = (await own_form(visit)).text("email")
    try:
        body = ResetBody(authority=visit.authority.code, email=email)
        begun = await visit.gateway.auth.start_reset(body, visit.caller)
    except Refused as refused:
        raise_unless_told(refused)
        return visit.page("reset_1.html", SignInPage(told(refused), email), refused.status)
    return visit.remember(visit.go("/reset/2"), reset=begun.reset_id, email=email)


async def show_code(request: Request) -> Response:
    """Step 2."""
    visit = Visit(request)
    if not visit.browser.reset:
        return visit.go(FIRST)
    return visit.page("code.html", _code_page(visit, sent=request.query_params.get("sent") == "1"))


def _code_page(visit: Visit, told: Told | None = None, *, sent: bool = False) -> CodePage:
    return reset_code_page(visit.browser.email, visit.authority.code_minutes, told, sent=sent)


async def new_code(request: Request) -> Response:
    """Please send me a new code."""
    visit = Visit(request)
    visit.gateway.limits.check_sign_in(request)
    await own_form(visit)
    try:
        await visit.gateway.auth.send_reset_code(visit.browser.reset or "none")
    except NotFound:
        return visit.go(FIRST)
    return visit.go("/reset/2?sent=1")


async def confirm_code(request: Request) -> Response:
    """Step 2: the code is right."""
    visit = Visit(request)
    visit.gateway.limits.check_sign_in(request)
    form = await own_form(visit)
    try:
        await visit.gateway.auth.confirm_reset(visit.browser.reset or "none", form.text("code"), visit.caller)
    except NotFound:
        return visit.go(FIRST)
    except Refused as refused:
        raise_unless_told(refused)
        return visit.page("code.html", _code_page(visit, told(refused)), refused.status)
    return visit.go("/reset/3")


async def show_password(request: Request) -> Response:
    """Step 3."""
    visit = Visit(request)
    if not visit.browser.reset:
        return visit.go(FIRST)
    return visit.page("reset_3.html", CredentialsPage(password_rules(visit.authority.password)))


async def set_password(request: Request) -> Response:
    """Step 3: the new password."""
    visit = Visit(request)
    visit.gateway.limits.check_sign_in(request)
    form = await own_form(visit)
    body = NewPasswordBody(password=form.raw("password"), confirm_password=form.raw("confirm_password"))
    try:
        devices = await visit.gateway.auth.set_password(visit.browser.reset or "none", body, visit.caller)
    except NotFound:
        return visit.go(FIRST)
    except Refused as refused:
        raise_unless_told(refused)
        page = CredentialsPage(password_rules(visit.authority.password), told=told(refused))
        return visit.page("reset_3.html", page, refused.status)
    return visit.remember(visit.note_devices(visit.go("/reset/done"), devices), reset="")


async def done(request: Request) -> Response:
    """Password Reset Confirmation."""
    lines = ["Your password has been changed. Press OK to return to the login page."]
    return Visit(request).page("done.html", DonePage("Password Reset Confirmation", lines, "/sign-in", "OK"))


routes = [
    Route("/reset/1", show_email),
    Route("/reset/1", send_code, methods=["POST"]),
    Route("/reset/2", show_code),
    Route("/reset/2", confirm_code, methods=["POST"]),
    Route("/reset/2/new", new_code, methods=["POST"]),
    Route("/reset/3", show_password),
    Route("/reset/3", set_password, methods=["POST"]),
    Route("/reset/done", done),
]
