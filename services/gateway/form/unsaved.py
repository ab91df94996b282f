"""Keeping what was typed when it cannot be saved now: signed out meanwhile, another session, a service that is away."""

from starlette.responses import JSONResponse, Response

from chassis.errors import Forbidden, Refused, Unauthorised, Unavailable
from services.gateway.form.draft_editing import Opened, is_page_id
from services.gateway.form.views.typed import UnsavedPage, typed_texts
from services.gateway.kit.form_parsing import LARGEST_BYTES, Form, read_fields, read_form
from services.gateway.kit.request_body import body_of
from services.gateway.kit.request_context import Visit, wants_json
from services.gateway.kit.unsaved_form import hold
from services.gateway.sign_in.interrupted import sign_in_again


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
    return await sign_in_again(visit, visit.request.url.path, form)


async def keep_typed(visit: Visit, form: Form, path: str, refused: Refused) -> Response:
    """The page that follows a save that could not be: sign in again, or try again, with what was typed sealed in it.

    Where no later try can succeed, the page that says so shows what was typed.
    """
    if isinstance(refused, Unauthorised):
        if wants_json(visit.request):
            return _signed_out()
        # The session is over: the token of the form that follows must fit what the browser holds without its cookie.
        visit.token, visit.session = "", None
        return visit.end_session(await sign_in_again(visit, path, form))
    if isinstance(refused, Unavailable) and not wants_json(visit.request):
        return visit.page("unsaved.html", UnsavedPage(await hold(visit, path, form), form.chosen), 503)
    if refused.code != "typed_by_another":
        visit.request.state.typed = typed_texts(form.fields)
    raise refused


def _signed_out() -> Response:
    return JSONResponse({"code": "signed_out"}, 401)
