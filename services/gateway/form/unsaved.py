"""What follows a save that cannot be made: signed out meanwhile, another session, a service that is away."""

from starlette.responses import JSONResponse, Response

from chassis import loop
from chassis.errors import Forbidden, Refused, Unauthorised, Unavailable
from services.gateway.form.draft_editing import OpenTask, is_page_id
from services.gateway.form.views.typed import UnsavedPage, typed_texts
from services.gateway.kit.form_parsing import SubmittedForm, read_fields, read_form
from services.gateway.kit.request_body import TooMuchText
from services.gateway.kit.request_context import RequestContext, wants_json
from services.gateway.kit.unsaved_form import UnsavedForm, preserve
from services.gateway.sign_in.interrupted import sign_in_again


async def verified_form_or_preserve(context: RequestContext, found: OpenTask | Refused) -> SubmittedForm | Response:
    """The posted page of a form: whole where the task is open to this person (`found`), else what is typed on it.

    Where its token is of another session: a page that preserves what was typed.
    """
    if not context.csrf.is_own_origin():
        raise Forbidden("foreign_form")
    if isinstance(found, OpenTask):
        form = await _whole(context)
    else:
        form = await read_fields(context.request)
    if context.csrf.verify(form.raw("csrf")):
        return form
    if wants_json(context.request):
        return _signed_out()
    if not is_page_id(context.gateway, context.request.path_params["task_id"], form.text("page_id")):
        # Whoever was given no page of ours has nothing on it to lose, and gets back nothing of what they sent.
        raise Forbidden("stale_form")
    return await sign_in_again(context, UnsavedForm(context.request.url.path, form))


async def _whole(context: RequestContext) -> SubmittedForm:
    """The posted page; the refusal of one that is too long shows what came of it."""
    try:
        return await read_form(context.request)
    except TooMuchText as refused:
        if context.csrf.verify(refused.fields.get("csrf", [""])[-1]):
            typed = await loop.work(loop.weight(refused.fields), typed_texts, refused.fields)
            context.request.state.typed = typed
        raise


async def not_saved(context: RequestContext, unsaved: UnsavedForm, refused: Refused) -> Response:
    """The page that follows a save that could not be: sign in again, or try again, with what was typed preserved in it.

    Where no later try can succeed, the page that says so shows what was typed.
    """
    if isinstance(refused, Unauthorised):
        if wants_json(context.request):
            return _signed_out()
        context.end_session()
        return await sign_in_again(context, unsaved)
    if isinstance(refused, Unavailable) and not wants_json(context.request):
        page = UnsavedPage(await preserve(context.gateway, unsaved), unsaved.form.chosen, refused.detail)
        return context.page("unsaved.html", page, 503)
    if refused.code != "typed_by_another":
        context.request.state.typed = typed_texts(unsaved.form.fields)
    raise refused


def _signed_out() -> Response:
    return JSONResponse({"code": "signed_out"}, 401)
