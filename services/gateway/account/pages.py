"""Update account: who one is, another password, another email address in two steps, where one is signed in."""

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.errors import NotFound, Refused
from chassis.identity import Professional
from contracts.api.auth import AddressChangeBody, AddressCodesBody, AuthenticatorBody, PasswordChangeBody
from services.gateway.account.views import (
    AddressCodesPage,
    AddressPage,
    ClosingPage,
    RecoveryCodesPage,
    account_page,
    security_page,
    sessions_page,
)
from services.gateway.kit.form_parsing import SubmittedForm, verified_form
from services.gateway.kit.request_context import RequestContext
from services.gateway.kit.views.details import CredentialsPage, DetailsPage, password_rules, typed_details
from services.gateway.kit.views.done import DonePage
from services.gateway.kit.views.form_errors import form_errors, raise_unless_correctable
from services.gateway.kit.views.frame import FormErrors

FIRST = "/account/email"
_SESSION = re.compile(r"[0-9a-f]{64}")


async def show_account(request: Request) -> Response:
    """Who one is."""
    context, person = await _signed_in(request)
    return context.page("account.html", account_page(person, request.query_params.get("done", "")))


async def show_details(request: Request) -> Response:
    """Who one is, to be changed."""
    context, _ = await _signed_in(request)
    account = await context.gateway.auth.account(context.cookies.session_token)
    return context.page("account_details.html", DetailsPage(account.details))


async def save_details(request: Request) -> Response:
    """Another name, role, organisation or postal address."""
    context, _, form = await _posted(request)
    details, token = typed_details(form.text), context.cookies.session_token
    try:
        await context.gateway.auth.change_account_details(token, details)
    except Refused as refused:
        raise_unless_correctable(refused)
        return context.page("account_details.html", DetailsPage(details, form_errors(refused)), refused.status)
    context.gateway.people.drop(token)
    return context.redirect("/account?done=details")


async def show_password(request: Request) -> Response:
    """Another password: what it must be."""
    context, person = await _signed_in(request)
    return context.page("account_password.html", _password_page(context, person))


async def save_password(request: Request) -> Response:
    """Another password; this browser stays signed in, every other is signed out."""
    context, person, form = await _posted(request)
    names = ("present_password", "password", "confirm_password")
    body = PasswordChangeBody.model_validate({name: form.raw(name) for name in names})
    try:
        session = await context.gateway.auth.change_password(context.cookies.session_token, body, context.origin)
    except Refused as refused:
        raise_unless_correctable(refused)
        page = _password_page(context, person, form_errors(refused))
        return context.page("account_password.html", page, refused.status)
    context.start_session(session)
    return context.redirect("/account?done=password")


def _password_page(context: RequestContext, person: Professional, errors: FormErrors | None = None) -> CredentialsPage:
    return CredentialsPage(password_rules(context.authority.password), person.email, errors or FormErrors())


async def show_sessions(request: Request) -> Response:
    """Where one is signed in."""
    context, _ = await _signed_in(request)
    sessions = await context.gateway.auth.sessions(context.cookies.session_token)
    page = sessions_page(sessions, is_ended=request.query_params.get("done") == "ended")
    return context.page("account_sessions.html", page)


async def end_sessions(request: Request) -> Response:
    """Signs another browser out, or all of them."""
    context, _, form = await _posted(request)
    token, chosen = context.cookies.session_token, form.text("session")
    if chosen == "others":
        await context.gateway.auth.end_other_sessions(token)
    elif _SESSION.fullmatch(chosen):
        await context.gateway.auth.end_other_session(token, chosen)
    return context.redirect("/account/sessions?done=ended")


async def show_address(request: Request) -> Response:
    """Step 1."""
    context, person = await _signed_in(request)
    return context.page("account_email.html", AddressPage(person.email))


async def send_codes(request: Request) -> Response:
    """Step 1: both mailboxes get a code."""
    context, person, form = await _posted(request)
    body = AddressChangeBody(email=form.text("email"), password=form.raw("password"))
    try:
        begun = await context.gateway.auth.start_address_change(context.cookies.session_token, body, context.origin)
    except Refused as refused:
        raise_unless_correctable(refused)
        page = AddressPage(person.email, body.email, form_errors(refused))
        return context.page("account_email.html", page, refused.status)
    context.cookies.remember(address_change=begun.change_id, email=body.email.strip())
    return context.redirect("/account/email/codes")


async def show_codes(request: Request) -> Response:
    """Step 2."""
    context, person = await _signed_in(request)
    if not context.cookies.browser.address_change:
        return context.redirect(FIRST)
    return context.page("account_codes.html", _codes_page(context, person))


async def confirm_codes(request: Request) -> Response:
    """Step 2: both codes are right."""
    context, person, form = await _posted(request)
    body = AddressCodesBody(new_code=form.text("new_code"), present_code=form.text("present_code"))
    change_id = context.cookies.browser.address_change or "none"
    try:
        await context.gateway.auth.confirm_address_change(
            context.cookies.session_token, change_id, body, context.origin
        )
    except NotFound:
        return context.redirect(FIRST)
    except Refused as refused:
        raise_unless_correctable(refused)
        return context.page("account_codes.html", _codes_page(context, person, form_errors(refused)), refused.status)
    context.gateway.people.drop(context.cookies.session_token)
    context.cookies.remember(address_change="", email="")
    return context.redirect("/account?done=email")


def _codes_page(context: RequestContext, person: Professional, errors: FormErrors | None = None) -> AddressCodesPage:
    email = context.cookies.browser.email
    return AddressCodesPage(person.email, email, context.authority.code_minutes, errors or FormErrors())


async def _signed_in(request: Request) -> tuple[RequestContext, Professional]:
    context = RequestContext(request)
    return context, await context.require_person()


async def _posted(request: Request) -> tuple[RequestContext, Professional, SubmittedForm]:
    context, person = await _signed_in(request)
    return context, person, await verified_form(context)


async def show_security(request: Request) -> Response:
    """The authenticator app that there is, or how to add one."""
    context, _ = await _signed_in(request)
    return await _security_page(context, is_removed=request.query_params.get("done") == "removed")


async def save_security(request: Request) -> Response:
    """Adds the app, takes it away, or makes new recovery codes; those are shown this once."""
    context, _, form = await _posted(request)
    auth, token, password = context.gateway.auth, context.cookies.session_token, form.raw("password")
    try:
        match form.text("action"):
            case "add":
                body = AuthenticatorBody(code=form.text("code"), password=password)
                codes = await auth.add_authenticator(token, body, context.origin)
            case "codes":
                codes = await auth.renew_recovery_codes(token, password, context.origin)
            case "remove":
                await auth.remove_authenticator(token, password, context.origin)
                return context.redirect("/account/security?done=removed")
            case _:
                return context.redirect("/account/security")
    except NotFound:
        return context.redirect("/account/security")
    except Refused as refused:
        raise_unless_correctable(refused)
        return await _security_page(context, form_errors(refused), refused.status)
    return context.page("account_codes_shown.html", RecoveryCodesPage(codes))


async def _security_page(
    context: RequestContext, errors: FormErrors | None = None, status: int = 200, *, is_removed: bool = False
) -> Response:
    view = await context.gateway.auth.authenticator(context.cookies.session_token)
    return context.page("account_security.html", security_page(view, errors, is_removed=is_removed), status)


async def show_closing(request: Request) -> Response:
    """Close your account: what that means."""
    context, person = await _signed_in(request)
    return context.page("account_close.html", ClosingPage(person.email))


async def close(request: Request) -> Response:
    """The end of the account; what was typed here and never saved goes too."""
    context, person, form = await _posted(request)
    try:
        await context.gateway.auth.close_account(context.cookies.session_token, form.raw("password"), context.origin)
    except Refused as refused:
        raise_unless_correctable(refused)
        return context.page("account_close.html", ClosingPage(person.email, form_errors(refused)), refused.status)
    return context.sign_out("/account/closed")


async def closed(request: Request) -> Response:
    """Whoever closed it is nobody here any more."""
    lines = ["Your forms have gone back to their work groups, or to the council. You can register again at any time."]
    return RequestContext(request).page("done.html", DonePage("Your account is closed", lines, "/sign-in", "OK"))


routes = [
    Route("/account/security", show_security),
    Route("/account/security", save_security, methods=["POST"]),
    Route("/account/close", show_closing),
    Route("/account/close", close, methods=["POST"]),
    Route("/account/closed", closed),
    Route("/account", show_account),
    Route("/account/details", show_details),
    Route("/account/details", save_details, methods=["POST"]),
    Route("/account/password", show_password),
    Route("/account/password", save_password, methods=["POST"]),
    Route("/account/sessions", show_sessions),
    Route("/account/sessions", end_sessions, methods=["POST"]),
    Route("/account/email", show_address),
    Route("/account/email", send_codes, methods=["POST"]),
    Route("/account/email/codes", show_codes),
    Route("/account/email/codes", confirm_codes, methods=["POST"]),
]
