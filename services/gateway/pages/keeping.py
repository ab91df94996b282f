"""Keeping what was typed when it cannot be saved now: signed out meanwhile, another session, a service that is away."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from chassis.errors import Forbidden, Refused, Unauthorised, Unavailable
from services.gateway.posting import LARGEST_BYTES, Form, hold, read_form
from services.gateway.views.entry import SignInPage
from services.gateway.visit import Visit


def wants_json(request: Request) -> bool:
    """Whether the page's script asks, not the person's browser."""
    return "application/json" in request.headers.get("accept", "")


async def own_form_or_keep(visit: Visit) -> Form | Response:
    """The posted page of a form; where its token is of another session, a page that keeps what was typed."""
    if not visit.is_own_origin():
        raise Forbidden("foreign_form")
    form = await read_form(visit.request, LARGEST_BYTES)
    if visit.fits(form.raw("csrf")):
        return form
    if wants_json(visit.request):
        return _signed_out()
    path = visit.request.url.path
    template = "resume.html" if visit.token else "sign_in.html"
    return visit.page(template, SignInPage(held=hold(visit, path, form.fields), next=path))


def keep_typed(visit: Visit, form: Form, path: str, refused: Refused) -> Response:
    """The page that follows a save that could not be: sign in again, or try again, with what was typed sealed in it."""
    if isinstance(refused, Unauthorised):
        if wants_json(visit.request):
            return _signed_out()
        page = SignInPage(held=hold(visit, path, form.fields), next=path)
        return visit.end_session(_signed_out_page(visit, page))
    if isinstance(refused, Unavailable) and not wants_json(visit.request):
        return visit.page("unsaved.html", SignInPage(held=hold(visit, path, form.fields)), 503)
    raise refused


def _signed_out() -> Response:
    return JSONResponse({"code": "signed_out"}, 401)


def _signed_out_page(visit: Visit, page: SignInPage) -> Response:
    """Rendered for a browser whose session is over: the form's token must fit what it holds once the cookie is gone."""
    visit.token = ""
    return visit.page("sign_in.html", page)
