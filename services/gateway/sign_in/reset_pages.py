"""Resetting a password in three steps; the pages never tell whether an address has an account."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.errors import NotFound, Refused
from contracts.api.accounts import NewPasswordBody
from contracts.api.auth import ResetBody
from services.gateway.kit.request_context import RequestContext
from services.gateway.kit.views.details import CredentialsPage, password_rules
from services.gateway.kit.views.done import DonePage
from services.gateway.kit.views.form_errors import form_errors, raise_unless_correctable
from services.gateway.kit.views.frame import FormErrors
from services.gateway.sign_in.attempts import attempt
from services.gateway.sign_in.views import CodePage, SignInPage, reset_code_page

FIRST = "/reset/1"


async def show_email(request: Request) -> Response:
    """Step 1."""
    return RequestContext(request).page("reset_1.html", SignInPage())


async def send_code(request: Request) -> Response:
    """Step 1: a code is sent, where there is an account."""
    context, form = await attempt(request)
    email = form.text("email")
    try:
        body = ResetBody(authority=context.authority.code, email=email)
        begun = await context.gateway.auth.start_reset(body, context.origin)
    except Refused as refused:
        raise_unless_correctable(refused)
        return context.page("reset_1.html", SignInPage(form_errors(refused), email), refused.status)
    context.cookies.remember(reset=begun.reset_id, email=email)
    return context.redirect("/reset/2")


async def show_code(request: Request) -> Response:
    """Step 2."""
    context = RequestContext(request)
    if not context.cookies.browser.reset:
        return context.redirect(FIRST)
    return context.page("code.html", _code_page(context, sent=request.query_params.get("sent") == "1"))


def _code_page(context: RequestContext, errors: FormErrors | None = None, *, sent: bool = False) -> CodePage:
    return reset_code_page(context.cookies.browser.email, context.authority.code_minutes, errors, sent=sent)


async def new_code(request: Request) -> Response:
    """Please send me a new code."""
    context, _ = await attempt(request)
    try:
        await context.gateway.auth.send_reset_code(context.cookies.browser.reset or "none")
    except NotFound:
        return context.redirect(FIRST)
    return context.redirect("/reset/2?sent=1")


async def confirm_code(request: Request) -> Response:
    """Step 2: the code is right."""
    context, form = await attempt(request)
    try:
        await context.gateway.auth.confirm_reset(
            context.cookies.browser.reset or "none", form.text("code"), context.origin
        )
    except NotFound:
        return context.redirect(FIRST)
    except Refused as refused:
        raise_unless_correctable(refused)
        return context.page("code.html", _code_page(context, form_errors(refused)), refused.status)
    return context.redirect("/reset/3")


async def show_password(request: Request) -> Response:
    """Step 3."""
    context = RequestContext(request)
    if not context.cookies.browser.reset:
        return context.redirect(FIRST)
    return context.page("reset_3.html", CredentialsPage(password_rules(context.authority.password)))


async def set_password(request: Request) -> Response:
    """Step 3: the new password."""
    context, form = await attempt(request)
    body = NewPasswordBody(password=form.raw("password"), confirm_password=form.raw("confirm_password"))
    try:
        devices = await context.gateway.auth.set_password(context.cookies.browser.reset or "none", body, context.origin)
    except NotFound:
        return context.redirect(FIRST)
    except Refused as refused:
        raise_unless_correctable(refused)
        page = CredentialsPage(password_rules(context.authority.password), errors=form_errors(refused))
        return context.page("reset_3.html", page, refused.status)
    context.cookies.set_devices(devices)
    context.cookies.remember(reset="")
    return context.redirect("/reset/done")


async def done(request: Request) -> Response:
    """Password Reset Confirmation."""
    lines = ["Your password has been changed. Press OK to return to the login page."]
    return RequestContext(request).page("done.html", DonePage("Password Reset Confirmation", lines, "/sign-in", "OK"))


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
