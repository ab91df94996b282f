"""Signing in and out: `/`, the two steps of Secure login, Logout, Stay signed in."""

import contextlib
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chassis.errors import NotFound, Refused, Unauthorised
from contracts.api.auth import SignInBody, SignInCodeBody, SignInView
from services.gateway.kit.form_parsing import verified_form
from services.gateway.kit.request_context import RequestContext
from services.gateway.kit.unsaved_form import FIELD
from services.gateway.kit.views.form_errors import form_errors, raise_unless_correctable
from services.gateway.kit.views.frame import FormErrors
from services.gateway.sign_in.attempts import attempt, go_on, local
from services.gateway.sign_in.views import (
    CodePage,
    CodeSource,
    SignInPage,
    app_code_page,
    sign_in_code_page,
)


async def home(request: Request) -> Response:
    """To the tasks where somebody is signed in, else to sign in."""
    context = RequestContext(request)
    return context.redirect("/tasks" if context.cookies.session_token else "/sign-in")


async def show_sign_in(request: Request) -> Response:
    """Secure login - step 1."""
    context, query = RequestContext(request), request.query_params
    after = local(query.get("next", ""))
    if context.cookies.session_token:
        with contextlib.suppress(Refused):
            await context.require_person(touch=False)
            return context.redirect(after or "/tasks")
    page = SignInPage(next=after, timed_out=query.get("ended") == "1", signed_out=query.get("signed-out") == "1")
    return context.page("sign_in.html", page)


async def sign_in(request: Request) -> Response:
    """Password right: on to the code."""
    context, form = await attempt(request)
    email, unsaved, after = form.text("email"), form.raw(FIELD), local(form.text("next"))
    try:
        begun = await context.gateway.auth.start_sign_in(
            SignInBody(authority=context.authority.code, email=email, password=form.raw("password")), context.origin
        )
    except Refused as refused:
        raise_unless_correctable(refused)
        return context.page("sign_in.html", SignInPage(form_errors(refused), email, after, unsaved), refused.status)
    if begun.session:
        context.cookies.remember(next=after)
        return await go_on(context, begun.session, unsaved)
    days = str(begun.trusted_days or "")
    context.cookies.remember(
        sign_in=begun.sign_in_id, next=after, email=email, factor=_factor(begun), trusted_days=days
    )
    if unsaved:
        return context.page("code.html", _code_page(context, unsaved=unsaved))
    return context.redirect("/sign-in/code")


def _factor(begun: SignInView) -> CodeSource:
    """What the code page asks for."""
    if begun.factor == "email":
        return "email"
    return "either" if begun.may_email else "app"


def _code_page(
    context: RequestContext,
    errors: FormErrors | None = None,
    *,
    unsaved: str = "",
    sent: bool = False,
    is_trusted: bool = False,
) -> CodePage:
    browser, minutes = context.cookies.browser, context.authority.code_minutes
    if browser.factor in {"app", "either"}:
        page = app_code_page(errors, unsaved=unsaved, may_email=browser.factor == "either")
    else:
        page = sign_in_code_page(browser.email, minutes, errors, unsaved=unsaved, sent=sent)
    return replace(page, trusted_days=int(browser.trusted_days or 0), is_trusted=is_trusted)


async def show_code(request: Request) -> Response:
    """Secure login - step 2."""
    context = RequestContext(request)
    if not context.cookies.browser.sign_in:
        return context.redirect("/sign-in")
    return context.page("code.html", _code_page(context, sent=request.query_params.get("sent") == "1"))


async def confirm_code(request: Request) -> Response:
    """Code right: signed in, and on to where the person wanted to be."""
    context, form = await attempt(request)
    unsaved, body = form.raw(FIELD), SignInCodeBody(code=form.text("code"), trust=form.text("trust") == "yes")
    try:
        session = await context.gateway.auth.confirm_sign_in(
            context.cookies.browser.sign_in or "none", body, context.origin
        )
    except NotFound:
        return context.page(
            "sign_in.html", SignInPage(timed_out=True, unsaved=unsaved, next=context.cookies.browser.next)
        )
    except Refused as refused:
        raise_unless_correctable(refused)
        page = _code_page(context, form_errors(refused), unsaved=unsaved, is_trusted=body.trust)
        return context.page("code.html", page, refused.status)
    return await go_on(context, session, unsaved)


async def new_code(request: Request) -> Response:
    """Please send me a new code."""
    context, form = await attempt(request)
    unsaved = form.raw(FIELD)
    try:
        await context.gateway.auth.send_sign_in_code(context.cookies.browser.sign_in or "none")
        context.cookies.remember(factor="email")
    except NotFound:
        page = SignInPage(timed_out=True, unsaved=unsaved, next=context.cookies.browser.next)
        return context.page("sign_in.html", page)
    except Refused as refused:
        return context.page("code.html", _code_page(context, form_errors(refused), unsaved=unsaved), refused.status)
    if unsaved:
        return context.page("code.html", _code_page(context, unsaved=unsaved, sent=True))
    return context.redirect("/sign-in/code?sent=1")


async def sign_out(request: Request) -> Response:
    """Logout: the session ends at auth, in the cookie and in the browser's store."""
    context = RequestContext(request)
    await verified_form(context)
    if context.cookies.session_token:
        with contextlib.suppress(Unauthorised):
            await context.gateway.auth.end_session(context.cookies.session_token)
    return context.sign_out("/sign-in?signed-out=1")


async def stay(request: Request) -> Response:
    """Stay signed in, pressed in the warning."""
    context = RequestContext(request)
    await verified_form(context)
    await context.require_person(touch=True)
    return JSONResponse({"idle_seconds": context.idle_seconds})


async def show_session(request: Request) -> Response:
    """Whether the session lives, for how long and whose it is; asking is no activity."""
    context = RequestContext(request)
    await context.require_person(touch=False)
    person = context.signed_in
    return JSONResponse(
        {
            "idle_seconds": context.idle_seconds,
            "session_seconds": person.session_seconds if person else 0,
            "unsaved_key": person.unsaved_key if person else "",
            "csrf": context.csrf.token,
        }
    )


async def show_signed_in(request: Request) -> Response:
    """The end of signing in again over a page, which goes on from there."""
    context = RequestContext(request)
    await context.require_person()
    return context.page("signed_in.html", None)


routes = [
    Route("/", home),
    Route("/sign-in", show_sign_in),
    Route("/sign-in", sign_in, methods=["POST"]),
    Route("/sign-in/code", show_code),
    Route("/sign-in/code", confirm_code, methods=["POST"]),
    Route("/sign-in/code/new", new_code, methods=["POST"]),
    Route("/sign-out", sign_out, methods=["POST"]),
    Route("/session/left", show_session),
    Route("/signed-in", show_signed_in),
    Route("/session/stay", stay, methods=["POST"]),
]
