"""Another email address for the account, in two steps: the password, then a code from both mailboxes."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.errors import NotFound, Refused
from chassis.identity import Professional
from contracts.api.accounts import AddressChangeBody, AddressCodesBody
from services.gateway.account.signed_in import posted, signed_in
from services.gateway.account.views import AddressCodesPage, AddressPage
from services.gateway.kit.request_context import RequestContext
from services.gateway.kit.views.form_errors import form_errors, raise_unless_correctable
from services.gateway.kit.views.frame import FormErrors

FIRST = "/account/email"


async def show_address(request: Request) -> Response:
    """Step 1."""
    context, person = await signed_in(request)
    return context.page("account_email.html", AddressPage(person.email))


async def send_codes(request: Request) -> Response:
    """Step 1: both mailboxes get a code."""
    context, person, form = await posted(request)
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
    context, person = await signed_in(request)
    if not context.cookies.browser.address_change:
        return context.redirect(FIRST)
    return context.page("account_codes.html", _codes_page(context, person))


async def confirm_codes(request: Request) -> Response:
    """Step 2: both codes are right."""
    context, person, form = await posted(request)
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


routes = [
    Route("/account/email", show_address),
    Route("/account/email", send_codes, methods=["POST"]),
    Route("/account/email/codes", show_codes),
    Route("/account/email/codes", confirm_codes, methods=["POST"]),
]
