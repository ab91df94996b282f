"""How often one is emailed: chosen under Update account, or taken back from an email, by whoever was sent it."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.errors import NotFound
from services.gateway.account.signed_in import posted, signed_in
from services.gateway.account.views import EmailsPage
from services.gateway.kit.request_context import RequestContext
from services.gateway.kit.views.done import DonePage
from services.gateway.kit.views.frame import FormErrors

_CHOICES = {"each": False, "daily": True}
_NOT_CHOSEN = FormErrors({"emails": "Choose how often we email you"})
_BACK = DonePage(
    "You get an email for each thing that happens",
    ["Under Update account you can ask for one email a day again."],
    "/sign-in",
    "OK",
)
_UNKNOWN = DonePage(
    "This address does not work any more",
    ["Sign in, and choose under Update account how often we email you."],
    "/sign-in",
    "Sign in",
)


async def show_emails(request: Request) -> Response:
    """How often, now."""
    context, _ = await signed_in(request)
    account = await context.gateway.auth.account(context.cookies.session_token)
    return context.page("account_emails.html", EmailsPage("daily" if account.has_digest else "each"))


async def save_emails(request: Request) -> Response:
    """How often, from now on."""
    context, _, form = await posted(request)
    is_wanted = _CHOICES.get(form.text("emails"))
    if is_wanted is None:
        page = EmailsPage("", _NOT_CHOSEN)
        return context.page("account_emails.html", page, HTTPStatus.UNPROCESSABLE_ENTITY)
    await context.gateway.auth.choose_digest(context.cookies.session_token, is_wanted=is_wanted)
    return context.redirect("/account?done=emails")


async def show_way_back(request: Request) -> Response:
    """A button: mail programs and scanners open an email's addresses, and change nothing by it."""
    context = RequestContext(request)
    await context.recognise()
    return context.page("way_back.html", None)


async def go_back(request: Request) -> Response:
    """An email for each thing again. A mail program's own POST has no session and no token of ours (RFC 8058)."""
    context = RequestContext(request)
    await context.recognise()
    try:
        await context.gateway.auth.end_digest(request.path_params["ticket"])
    except NotFound:
        return context.page("done.html", _UNKNOWN, HTTPStatus.GONE)
    return context.page("done.html", _BACK)


routes = [
    Route("/account/emails", show_emails),
    Route("/account/emails", save_emails, methods=["POST"]),
    Route("/emails/{ticket}", show_way_back),
    Route("/emails/{ticket}", go_back, methods=["POST"]),
]
