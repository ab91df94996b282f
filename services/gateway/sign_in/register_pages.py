"""Registering in three steps. What was typed stays with auth under an id that only this browser holds."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.errors import NotFound, Refused
from contracts.api.auth import CredentialsBody, RegistrationBody, RegistrationDetails, RegistrationView
from contracts.base import Address
from services.gateway.kit.form_parsing import Form, own_form
from services.gateway.kit.request_context import Visit
from services.gateway.kit.views.frame import Told
from services.gateway.sign_in.views import (
    CodePage,
    CredentialsPage,
    DetailsPage,
    DonePage,
    password_rules,
    raise_unless_told,
    registration_code_page,
    told,
)

FIRST = "/register/1"


async def _begun(visit: Visit) -> RegistrationView | None:
    """The registration under way in this browser."""
    if not visit.browser.registration:
        return None
    try:
        return await visit.gateway.auth.registration(visit.browser.registration)
    except NotFound:
        return None


def _details(form: Form) -> RegistrationDetails:
    return RegistrationDetails(
        forename=form.text("forename"),
        surname=form.text("surname"),
        is_professional=form.text("is_professional") == "yes",
        role=form.text("role"),
        organisation=form.text("organisation"),
        address=Address.model_validate({name: form.text(name)[:500] for name in Address.model_fields}),
    )


async def show_details(request: Request) -> Response:
    """Step 1, with what was typed before."""
    visit = Visit(request)
    begun = await _begun(visit)
    return visit.page("register_1.html", DetailsPage(begun.details if begun else RegistrationDetails()))


async def save_details(request: Request) -> Response:
    """Step 1: name, role and address."""
    visit = Visit(request)
    visit.gateway.limits.check_sign_in(request)
    details = _details(await own_form(visit))
    try:
        if await _begun(visit):
            await visit.gateway.auth.change_details(visit.browser.registration, details)
            return visit.go("/register/2")
        body = RegistrationBody(authority=visit.authority.code, details=details)
        begun = await visit.gateway.auth.start_registration(body)
    except Refused as refused:
        raise_unless_told(refused)
        return visit.page("register_1.html", DetailsPage(details, told(refused)), refused.status)
    return visit.remember(visit.go("/register/2"), registration=begun.registration_id)


async def show_credentials(request: Request) -> Response:
    """Step 2."""
    visit = Visit(request)
    if (begun := await _begun(visit)) is None:
        return visit.go(FIRST)
    return visit.page("register_2.html", CredentialsPage(password_rules(visit.authority.password), begun.email))


async def save_credentials(request: Request) -> Response:
    """Step 2: address and password; a code is sent."""
    visit = Visit(request)
    visit.gateway.limits.check_sign_in(request)
    form = await own_form(visit)
    body = CredentialsBody(
        email=form.text("email"), password=form.raw("password"), confirm_password=form.raw("confirm_password")
    )
    try:
        await visit.gateway.auth.set_credentials(visit.browser.registration or "none", body, visit.caller)
    except NotFound:
        return visit.go(FIRST)
    except Refused as refused:
        raise_unless_told(refused)
        page = CredentialsPage(password_rules(visit.authority.password), body.email, told(refused))
        return visit.page("register_2.html", page, refused.status)
    return visit.go("/register/3")


def _code_page(visit: Visit, begun: RegistrationView, told: Told | None = None, *, sent: bool = False) -> CodePage:
    return registration_code_page(begun.email, visit.authority.code_minutes, told, sent=sent)


async def show_code(request: Request) -> Response:
    """Step 3."""
    visit = Visit(request)
    begun = await _begun(visit)
    if begun is None or not begun.email:
        return visit.go(FIRST)
    return visit.page("code.html", _code_page(visit, begun, sent=request.query_params.get("sent") == "1"))


async def _at_step_3(visit: Visit, refused: Refused) -> Response:
    begun = await _begun(visit)
    if begun is None:
        raise refused
    raise_unless_told(refused)
    return visit.page("code.html", _code_page(visit, begun, told(refused)), refused.status)


async def confirm_code(request: Request) -> Response:
    """Step 3: the account is open."""
    visit = Visit(request)
    visit.gateway.limits.check_sign_in(request)
    form = await own_form(visit)
    try:
        await visit.gateway.auth.confirm_registration(
            visit.browser.registration or "none", form.text("code"), visit.caller
        )
    except NotFound:
        return visit.go(FIRST)
    except Refused as refused:
        return await _at_step_3(visit, refused)
    return visit.remember(visit.go("/register/done"), registration="")


async def new_code(request: Request) -> Response:
    """Please send me a new code."""
    visit = Visit(request)
    visit.gateway.limits.check_sign_in(request)
    await own_form(visit)
    try:
        await visit.gateway.auth.send_registration_code(visit.browser.registration or "none", visit.caller)
    except NotFound:
        return visit.go(FIRST)
    except Refused as refused:
        return await _at_step_3(visit, refused)
    return visit.go("/register/3?sent=1")


async def done(request: Request) -> Response:
    """Registration completed."""
    lines = ["Your account is ready. You can now sign in with your email address and password."]
    page = DonePage("Registration completed", lines, "/sign-in", "Continue")
    return Visit(request).page("done.html", page)


routes = [
    Route("/register/1", show_details),
    Route("/register/1", save_details, methods=["POST"]),
    Route("/register/2", show_credentials),
    Route("/register/2", save_credentials, methods=["POST"]),
    Route("/register/3", show_code),
    Route("/register/3", confirm_code, methods=["POST"]),
    Route("/register/3/new", new_code, methods=["POST"]),
    Route("/register/done", done),
]
