"""One's professional profile: where one is registered, and which services one works for."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.errors import Refused
from contracts.api.accounts import ProfileBody
from services.gateway.account.profile_views import NOT_REGISTERED, ProfilePage, profile_page
from services.gateway.account.signed_in import posted, signed_in
from services.gateway.kit.form_parsing import SubmittedForm
from services.gateway.kit.views.form_errors import form_errors, raise_unless_correctable


async def show_profile(request: Request) -> Response:
    """What one keeps, to be changed."""
    context, _ = await signed_in(request)
    account = await context.gateway.auth.account(context.cookies.session_token)
    return context.page("account_profile.html", profile_page(account.profile))


async def save_profile(request: Request) -> Response:
    """Another profile, or none."""
    context, _, form = await posted(request)
    typed = _typed(form)
    try:
        await context.gateway.auth.change_profile(context.cookies.session_token, typed)
    except Refused as refused:
        raise_unless_correctable(refused)
        return context.page("account_profile.html", ProfilePage(typed, form_errors(refused)), refused.status)
    return context.redirect("/account?done=profile")


def _typed(form: SubmittedForm) -> ProfileBody:
    body = form.text("body")
    return ProfileBody(
        body="" if body == NOT_REGISTERED else body,
        other_body=form.text("other_body"),
        number=form.text("number"),
        works_for=form.text("works_for").splitlines(),
    )


routes = [
    Route("/account/profile", show_profile),
    Route("/account/profile", save_profile, methods=["POST"]),
]
