"""Update account: who one is, another password, and the end of it."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.errors import Refused
from chassis.identity import Professional
from contracts.api.accounts import PasswordChangeBody
from services.gateway.account.signed_in import posted, signed_in
from services.gateway.account.views import ClosingPage, account_page
from services.gateway.kit.request_context import RequestContext
from services.gateway.kit.views.details import CredentialsPage, DetailsPage, password_rules, typed_details
from services.gateway.kit.views.done import DonePage
from services.gateway.kit.views.form_errors import form_errors, raise_unless_correctable
from services.gateway.kit.views.frame import FormErrors


async def show_account(request: Request) -> Response:
    """Who one is."""
    context, person = await signed_in(request)
    return context.page("account.html", account_page(person, request.query_params.get("done", "")))


async def show_details(request: Request) -> Response:
    """Who one is, to be changed."""
    context, _ = await signed_in(request)
    account = await context.gateway.auth.account(context.cookies.session_token)
    return context.page("account_details.html", DetailsPage(account.details))


async def save_details(request: Request) -> Response:
    """Another name, role, organisation or postal address."""
    context, _, form = await posted(request)
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
    context, person = await signed_in(request)
    return context.page("account_password.html", _password_page(context, person))


async def save_password(request: Request) -> Response:
    """Another password; this browser stays signed in, every other is signed out."""
    context, person, form = await posted(request)
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


async def show_closing(request: Request) -> Response:
    """Close your account: what that means."""
    context, person = await signed_in(request)
    return context.page("account_close.html", ClosingPage(person.email))


async def close(request: Request) -> Response:
    """The end of the account; what was typed here and never saved goes too."""
    context, person, form = await posted(request)
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
    Route("/account", show_account),
    Route("/account/details", show_details),
    Route("/account/details", save_details, methods=["POST"]),
    Route("/account/password", show_password),
    Route("/account/password", save_password, methods=["POST"]),
    Route("/account/close", show_closing),
    Route("/account/close", close, methods=["POST"]),
    Route("/account/closed", closed),
]
