"""The first page of an account that a council has opened: until it is filled in, no other page opens."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.errors import NotFound, Refused
from contracts.api.auth import TakeOverBody
from services.gateway.account.signed_in import posted, signed_in
from services.gateway.account.views import TakeOverPage
from services.gateway.kit.request_context import TAKE_OVER, RequestContext
from services.gateway.kit.views.details import password_rules, typed_details
from services.gateway.kit.views.form_errors import form_errors, raise_unless_correctable

_DONE = "/tasks"


async def show(request: Request) -> Response:
    """Who one is, as the council has said, and a password of one's own; on to the tasks where that is done."""
    context, person = await signed_in(request)
    try:
        view = await context.gateway.auth.opening(context.cookies.session_token)
    except NotFound:
        return context.redirect(_DONE)
    return _answer(context, TakeOverPage(view.details, _rules(context, asks=view.needs_password), person.email))


async def take_over(request: Request) -> Response:
    """The account is one's own; this browser stays signed in."""
    context, person, form = await posted(request)
    details, token = typed_details(form.text), context.cookies.session_token
    body = TakeOverBody(details=details, password=form.raw("password"), confirm_password=form.raw("confirm_password"))
    try:
        session = await context.gateway.auth.take_over(token, body, context.origin)
    except NotFound:
        return context.redirect(_DONE)
    except Refused as refused:
        raise_unless_correctable(refused)
        rules = _rules(context, asks=(await context.gateway.auth.opening(token)).needs_password)
        return _answer(context, TakeOverPage(details, rules, person.email, form_errors(refused)), refused.status)
    context.start_session(session)
    return context.redirect(_DONE)


def _rules(context: RequestContext, *, asks: bool) -> list[str]:
    return password_rules(context.authority.password) if asks else []


def _answer(context: RequestContext, page: TakeOverPage, status: int = 200) -> Response:
    return context.page("account_take_over.html", page, status)


routes = [
    Route(TAKE_OVER, show),
    Route(TAKE_OVER, take_over, methods=["POST"]),
]
