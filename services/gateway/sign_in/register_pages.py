"""Registering in three steps. What was typed stays with auth under an id that only this browser holds."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.errors import NotFound, Refused
from contracts.api.auth import CredentialsBody, RegistrationBody, RegistrationDetails, RegistrationView
from services.gateway.kit.request_context import RequestContext
from services.gateway.kit.views.details import CredentialsPage, DetailsPage, password_rules, typed_details
from services.gateway.kit.views.done import DonePage
from services.gateway.kit.views.form_errors import form_errors, raise_unless_correctable
from services.gateway.kit.views.frame import FormErrors
from services.gateway.sign_in.attempts import attempt
from services.gateway.sign_in.views import CodePage, registration_code_page

FIRST = "/register/1"


async def _begun(context: RequestContext) -> RegistrationView | None:
    """The registration under way in this browser."""
    if not context.cookies.browser.registration:
        return None
    try:
        return await context.gateway.auth.registration(context.cookies.browser.registration)
    except NotFound:
        return None


async def show_details(request: Request) -> Response:
    """Step 1, with what was typed before."""
    context = RequestContext(request)
    begun = await _begun(context)
    return context.page("register_1.html", DetailsPage(begun.details if begun else RegistrationDetails()))


async def save_details(request: Request) -> Response:
    """Step 1: name, role and address."""
    context, form = await attempt(request)
    details = typed_details(form.text)
    try:
        if await _begun(context):
            await context.gateway.auth.change_details(context.cookies.browser.registration, details)
            return context.redirect("/register/2")
        body = RegistrationBody(authority=context.authority.code, details=details)
        begun = await context.gateway.auth.start_registration(body)
    except Refused as refused:
        raise_unless_correctable(refused)
        return context.page("register_1.html", DetailsPage(details, form_errors(refused)), refused.status)
    context.cookies.remember(registration=begun.registration_id)
    return context.redirect("/register/2")


async def show_credentials(request: Request) -> Response:
    """Step 2."""
    context = RequestContext(request)
    if (begun := await _begun(context)) is None:
        return context.redirect(FIRST)
    return context.page("register_2.html", CredentialsPage(password_rules(context.authority.password), begun.email))


async def save_credentials(request: Request) -> Response:
    """Step 2: address and password; a code is sent."""
    context, form = await attempt(request)
    body = CredentialsBody(
        email=form.text("email"), password=form.raw("password"), confirm_password=form.raw("confirm_password")
    )
    try:
        await context.gateway.auth.set_credentials(context.cookies.browser.registration or "none", body, context.origin)
    except NotFound:
        return context.redirect(FIRST)
    except Refused as refused:
        raise_unless_correctable(refused)
        page = CredentialsPage(password_rules(context.authority.password), body.email, form_errors(refused))
        return context.page("register_2.html", page, refused.status)
    return context.redirect("/register/3")


def _code_page(
    context: RequestContext, begun: RegistrationView, errors: FormErrors | None = None, *, sent: bool = False
) -> CodePage:
    return registration_code_page(begun.email, context.authority.code_minutes, errors, sent=sent)


async def show_code(request: Request) -> Response:
    """Step 3."""
    context = RequestContext(request)
    begun = await _begun(context)
    if begun is None or not begun.email:
        return context.redirect(FIRST)
    return context.page("code.html", _code_page(context, begun, sent=request.query_params.get("sent") == "1"))


async def _at_step_3(context: RequestContext, refused: Refused) -> Response:
    begun = await _begun(context)
    if begun is None:
        raise refused
    raise_unless_correctable(refused)
    return context.page("code.html", _code_page(context, begun, form_errors(refused)), refused.status)


async def confirm_code(request: Request) -> Response:
    """Step 3: the account is open."""
    context, form = await attempt(request)
    try:
        await context.gateway.auth.confirm_registration(
            context.cookies.browser.registration or "none", form.text("code"), context.origin
        )
    except NotFound:
        return context.redirect(FIRST)
    except Refused as refused:
        return await _at_step_3(context, refused)
    context.cookies.remember(registration="")
    return context.redirect("/register/done")


async def new_code(request: Request) -> Response:
    """Please send me a new code."""
    context, _ = await attempt(request)
    try:
        await context.gateway.auth.send_registration_code(
            context.cookies.browser.registration or "none", context.origin
        )
    except NotFound:
        return context.redirect(FIRST)
    except Refused as refused:
        return await _at_step_3(context, refused)
    return context.redirect("/register/3?sent=1")


async def done(request: Request) -> Response:
    """Registration completed."""
    lines = ["Your account is ready. You can now sign in with your email address and password."]
    page = DonePage("Registration completed", lines, "/sign-in", "Continue")
    return RequestContext(request).page("done.html", page)


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
