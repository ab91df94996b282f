"""Keeping what was typed when it cannot be saved now: signed out meanwhile, another session, a service that is away."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from chassis.errors import Forbidden, Refused, Unauthorised, Unavailable
from services.gateway.bodies import body_of
from services.gateway.desk import Opened, is_page_id
from services.gateway.posting import LARGEST_BYTES, Form, held, hold, read_fields, read_form
from services.gateway.views.entry import SignInPage
from services.gateway.views.typed import typed_texts
from services.gateway.visit import Visit


def wants_json(request: Request) -> bool:
    """Whether the page's script asks, not the person's browser."""
    return "application/json" in request.headers.get("accept", "")


async def own_form_or_keep(visit: Visit, found: Opened | Refused) -> Form | Response:
    """The posted page of a form: whole where the task is open to this person (`found`), else what is typed on it.

    Where its token is of another session: a page that keeps what was typed.
    """
    if not visit.is_own_origin():
        raise Forbidden("foreign_form")
    if isinstance(found, Opened):
        body_of(visit.request).allow(LARGEST_BYTES)
        form = await read_form(visit.request)
    else:
        form = await read_fields(visit.request)
    if visit.fits(form.raw("csrf")):
        return form
    if wants_json(visit.request):
        return _signed_out()
    if not is_page_id(visit.gateway, visit.request.path_params["task_id"], form.text("page_id")):
        # Whoever was given no page of ours has nothing on it to lose, and gets back nothing of what they sent.
        raise Forbidden("stale_form")
    path, template = visit.request.url.path, "resume.html" if visit.session else "sign_in.html"
    return visit.page(template, SignInPage(held=await hold(visit, path, form), left=form.chosen, next=path))


async def keep_typed(visit: Visit, form: Form, path: str, refused: Refused) -> Response:
    """The page that follows a save that could not be: sign in again, or try again, with what was typed sealed in it.

    Where no later try can succeed, the page that says so shows what was typed.
    """
    if isinstance(refused, Unauthorised):
        if wants_json(visit.request):
            return _signed_out()
        page = SignInPage(held=await hold(visit, path, form), left=form.chosen, next=path)
        return visit.end_session(_signed_out_page(visit, page))
    if isinstance(refused, Unavailable) and not wants_json(visit.request):
        page = SignInPage(held=await hold(visit, path, form), left=form.chosen)
        return visit.page("unsaved.html", page, 503)
    if refused.code != "typed_by_another":
        visit.request.state.typed = typed_texts(form.fields)
    raise refused


async def resume_page(visit: Visit, sealed: str) -> SignInPage:
    """After signing in again: Continue saves what is held; the names of documents that are not."""
    kept = await held(visit, sealed)
    return SignInPage(held=sealed, left=kept[1].left if kept else ())


def _signed_out() -> Response:
    return JSONResponse({"code": "signed_out"}, 401)


def _signed_out_page(visit: Visit, page: SignInPage) -> Response:
    """Rendered for a browser whose session is over: the form's token must fit what it holds once the cookie is gone."""
    visit.token = ""
    return visit.page("sign_in.html", page)
