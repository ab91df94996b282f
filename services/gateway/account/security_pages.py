"""How one signs in beside the password, and where one is signed in: the authenticator app, and other browsers."""

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.errors import NotFound, Refused
from contracts.api.auth import AuthenticatorBody
from services.gateway.account.signed_in import posted, signed_in
from services.gateway.account.views import RecoveryCodesPage, security_page, sessions_page
from services.gateway.kit.request_context import ENROLMENT, RequestContext
from services.gateway.kit.views.form_errors import form_errors, raise_unless_correctable
from services.gateway.kit.views.frame import FormErrors

_SESSION = re.compile(r"[0-9a-f]{64}")


async def show_security(request: Request) -> Response:
    """The authenticator app that there is, or how to add one, or another."""
    context, _ = await signed_in(request)
    asked = request.query_params
    return await _security_page(context, is_removed=asked.get("done") == "removed", is_another="another" in asked)


async def save_security(request: Request) -> Response:
    """Adds the app, takes it away, or makes new recovery codes; those are shown this once."""
    context, _, form = await posted(request)
    auth, token, password = context.gateway.auth, context.cookies.session_token, form.raw("password")
    try:
        match form.text("action"):
            case "add":
                body = AuthenticatorBody(code=form.text("code"), password=password)
                added = await auth.add_authenticator(token, body, context.origin)
                codes = added.codes
                if added.session:
                    context.start_session(added.session)
            case "codes":
                codes = await auth.renew_recovery_codes(token, password, context.origin)
            case "remove":
                await auth.remove_authenticator(token, password, context.origin)
                return context.redirect(f"{ENROLMENT}?done=removed")
            case _:
                return context.redirect(ENROLMENT)
    except NotFound:
        return context.redirect(ENROLMENT)
    except Refused as refused:
        raise_unless_correctable(refused)
        is_another = form.text("action") == "add"
        return await _security_page(context, form_errors(refused), refused.status, is_another=is_another)
    return context.page("account_codes_shown.html", RecoveryCodesPage(codes))


async def _security_page(
    context: RequestContext,
    errors: FormErrors | None = None,
    status: int = 200,
    *,
    is_removed: bool = False,
    is_another: bool = False,
) -> Response:
    view = await context.gateway.auth.authenticator(context.cookies.session_token)
    page = security_page(view, errors, is_removed=is_removed, is_another=is_another)
    return context.page("account_security.html", page, status)


async def show_sessions(request: Request) -> Response:
    """Where one is signed in, and in which browsers one is asked for no code."""
    context, _ = await signed_in(request)
    view = await context.gateway.auth.sessions(context.cookies.session_token)
    page = sessions_page(view, context.gateway.authorities, request.query_params.get("done", ""))
    return context.page("account_sessions.html", page)


async def end_sessions(request: Request) -> Response:
    """Signs another browser out, or all of them; or has every browser asked for a code again."""
    context, _, form = await posted(request)
    token, chosen = context.cookies.session_token, form.text("session")
    if chosen == "others":
        await context.gateway.auth.end_other_sessions(token)
    elif _SESSION.fullmatch(chosen):
        await context.gateway.auth.end_other_session(token, chosen)
    elif chosen == "trusts":
        await context.gateway.auth.end_trusts(token)
        return context.redirect("/account/sessions?done=asked")
    return context.redirect("/account/sessions?done=ended")


routes = [
    Route(ENROLMENT, show_security),
    Route(ENROLMENT, save_security, methods=["POST"]),
    Route("/account/sessions", show_sessions),
    Route("/account/sessions", end_sessions, methods=["POST"]),
]
