"""A form's pages: showing one, and saving what was typed, whichever button was pressed."""

from dataclasses import replace
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chassis import clock, loop
from chassis.errors import Conflict, Forbidden, Refused, Unavailable
from chassis.identity import Professional
from contracts.api.forms import AnswerFault, ContributionView, FormPage, Judged
from contracts.base import Fault
from services.gateway.form.attachment_pages import attach, detach
from services.gateway.form.draft_editing import (
    OpenTask,
    SaveResult,
    changes_on,
    contribution_of,
    count,
    files_of,
    final_contribution_of,
    is_draft,
    open_task,
    open_to_autosave,
    open_to_edit,
    page_at,
    page_id_of,
    pages_of,
    save,
)
from services.gateway.form.edits import Seen
from services.gateway.form.page_rendering import render_form_page
from services.gateway.form.questions import conflict_words, first_to_mend, flat, on_page, placed
from services.gateway.form.unsaved import not_saved, verified_form_or_preserve
from services.gateway.form.views.answered import left_out_words
from services.gateway.form.views.attached import attached_words
from services.gateway.form.views.page import FormPageState
from services.gateway.kit.form_parsing import SubmittedForm, verified_form
from services.gateway.kit.request_body import LARGEST_BYTES, body_of
from services.gateway.kit.request_context import RequestContext, wants_json
from services.gateway.kit.unsaved_form import FIELD, UnsavedForm, restore
from services.gateway.kit.views.wording import hour


async def show_page(request: Request) -> Response:
    """One page of the form; `?check=1` says what is missing, `?then=next` goes on where nothing is."""
    context = RequestContext(request)
    task_id, number = request.path_params["task_id"], request.path_params["number"]

    query = request.query_params
    going_on = query.get("then") == "next"
    is_final = going_on or query.get("check") == "1"
    contribution_for = final_contribution_of if is_final else contribution_of

    async def read(person: Professional) -> tuple[OpenTask, ContributionView]:
        opened = await open_task(context.gateway, person, task_id)
        return opened, await contribution_for(context.gateway, opened)

    _, (opened, contribution) = await context.reading(read)
    if not is_draft(opened, contribution):
        return context.redirect(f"/forms/{task_id}/submitted")
    found = on_page(page_at(contribution.pages, number), contribution.faults)
    faults = [fault for fault in found if is_final or not fault.is_missing]
    if going_on and not faults:
        return context.redirect(f"/forms/{task_id}/{number + 1}")
    notice, download = _notice(query.get("done", ""), task_id)
    state = FormPageState(
        number,
        faults=faults,
        notice=notice,
        download=download,
        full_screen=query.get("full", ""),
        removed=query.get("removed", ""),
    )
    return await render_form_page(context, opened, contribution, state)


def _notice(done: str, task_id: str) -> tuple[str, str]:
    if done == "pdf":
        return "Your PDF is being downloaded.", f"/forms/{task_id}/pdf?draft=1"
    return {"uploaded": "Your documents are attached.", "removed": "The document was removed."}.get(done, ""), ""


async def post_page(request: Request) -> Response:
    """Any button of a form's page: what was typed is saved first."""
    context, task_id = RequestContext(request), request.path_params["task_id"]
    found = await _find(context, task_id)
    form = await verified_form_or_preserve(context, found)
    if isinstance(form, Response):
        return form
    return await take(context, form, task_id, request.path_params["number"], found)


async def _find(context: RequestContext, task_id: str) -> OpenTask | Refused:
    """The task as its holder opens it, or why it does not open, or why there is no room for what is posted now.

    Asked before any of a large body is read.
    """
    try:
        opening = open_to_autosave if wants_json(context.request) else open_to_edit
        person, opened = await context.reading(lambda person: opening(context.gateway, person, task_id))
        body_of(context.request).allow(LARGEST_BYTES, person.account_id)
    except Refused as refused:
        return refused
    return opened


async def resume(request: Request) -> Response:
    """What was typed before the session ended, saved after signing in again."""
    context = RequestContext(request)
    unsaved = await restore(context.gateway, (await verified_form(context)).raw(FIELD))
    if unsaved is None:
        return context.redirect("/tasks")
    _, _, task_id, number = unsaved.path.split("/")
    return await take(context, unsaved.form, task_id, int(number), await _find(context, task_id))


async def take(
    context: RequestContext, form: SubmittedForm, task_id: str, number: int, found: OpenTask | Refused
) -> Response:
    """Saves a posted page and goes where its button leads."""
    try:
        opened = _own(context, form, task_id, found)
        page = page_at(await pages_of(context.gateway, opened), number)
    except Refused as refused:
        return await not_saved(context, UnsavedForm(f"/forms/{task_id}/{number}", form), refused)
    action, full_screen = form.text("action") or "save", context.request.query_params.get("full", "")
    changes = await loop.work(loop.weight(form.fields), changes_on, page, form, action, full_screen)
    not_attached = await attach(context, opened, page, form)
    try:
        saved = await save(context.gateway, opened, form, changes)
    except Refused as refused:
        # What could be attached is.
        return await _refused_save(context, opened, number, replace(form, files=[]), refused)
    if wants_json(context.request):
        return await _saved_json(context, opened, form, page, saved, action)
    if saved.refused or not_attached:
        contribution = await contribution_of(context.gateway, opened)
        typed = {fault.path: changes.typed[fault.path] for fault in saved.refused if fault.path in changes.typed}
        faults, general = placed(page, saved.refused)
        state = FormPageState(number, typed, [*faults, *not_attached], general, full_screen)
        return await render_form_page(context, opened, contribution, state, status=422)
    context.cookies.set_saved(page_id_of(form))
    if action == "close":
        return context.redirect(await _tasks_address(context, opened, saved))
    return await _after(context, opened, form, number, action, full_screen)


def _own(context: RequestContext, form: SubmittedForm, task_id: str, found: OpenTask | Refused) -> OpenTask:
    """The opened task, if this person typed the page."""
    if context.session and form.raw("holder") != context.holder_key(task_id, context.session.account_id):
        raise Forbidden("typed_by_another")
    if isinstance(found, Refused):
        raise found
    return found


async def _refused_save(
    context: RequestContext, opened: OpenTask, number: int, form: SubmittedForm, refused: Refused
) -> Response:
    """Forms did not take it: submitted meanwhile, or away. What was typed is not thrown away in silence."""
    if isinstance(refused, Conflict | Forbidden):
        contribution = await contribution_of(context.gateway, opened)
        if contribution.state == "submitted" and not wants_json(context.request):
            return context.redirect(f"/forms/{opened.task.task_id}/submitted?late=1")
    return await not_saved(context, UnsavedForm(f"/forms/{opened.task.task_id}/{number}", form), refused)


async def _saved_json(  # noqa: PLR0917 - the page, what was posted of it, and what came of that
    context: RequestContext, opened: OpenTask, form: SubmittedForm, page: FormPage, saved: SaveResult, action: str
) -> Response:
    """The answer to the page's script: what shows and what is wrong now; `next` is where Submit must go first."""
    seen, at, following, attached, not_asked = Seen.load(form.raw("seen")), clock.now(), "", "", ""
    view: Judged | None = saved.view
    if saved.view:
        seen, at = seen.after(saved.edits), saved.view.saved_at
    if action == "submit" and not saved.refused:
        files = await files_of(context.gateway, opened)
        final = await contribution_of(context.gateway, opened, count(files))
        number = first_to_mend(final.pages, final.faults)
        following = f"/forms/{opened.task.task_id}/{number}?check=1" if number else ""
        attached, not_asked = attached_words(final.pages, files), left_out_words(final)
        view = view or final
    view = view or await contribution_of(context.gateway, opened)
    found = on_page(page, view.faults)
    return JSONResponse(
        {
            "revision": str(saved.view.revision) if saved.view else form.text("revision"),
            "seen": seen.dump(),
            "saved": hour(at),
            "faults": {fault.path: fault.message for fault in (*found, *saved.refused) if not _is_missing(fault)},
            "missing": {fault.path: fault.message for fault in found if fault.is_missing},
            "conflict": conflict_words(on_page(page, view.conflicts)),
            "shows": {each.key: each.key not in view.hidden for each in flat(page.questions) if each.conditional},
            "left_out": page.key in view.left_out,
            "next": following,
            "attached": attached,
            "not_asked": not_asked,
            "idle_seconds": context.idle_seconds,
        }
    )


async def _tasks_address(context: RequestContext, opened: OpenTask, saved: SaveResult) -> str:
    """The task list; it says so where an answer is kept that has a problem."""
    tab = {"tab": "submitted"} if opened.task.state == "submitted" else {}
    try:
        judged = saved.view or await contribution_of(context.gateway, opened)
    except Unavailable:
        # Everything was saved before.
        return _tasks_with(tab)
    wrong = [fault for fault in judged.faults if not fault.is_missing]
    number = first_to_mend(await pages_of(context.gateway, opened), wrong)
    return _tasks_with({**tab, "closed": opened.task.task_id, "mend": str(number)} if number else tab)


def _tasks_with(query: dict[str, str]) -> str:
    return f"/tasks?{urlencode(query)}" if query else "/tasks"


def _is_missing(fault: Fault) -> bool:
    return isinstance(fault, AnswerFault) and fault.is_missing


async def _after(  # noqa: PLR0917 - a button, where it was pressed, and what came with it
    context: RequestContext, opened: OpenTask, form: SubmittedForm, number: int, action: str, full_screen: str
) -> Response:
    """Where a button leads once everything is saved."""
    base = f"/forms/{opened.task.task_id}"
    here = f"{base}/{number}" + (f"?full={full_screen}" if full_screen else "")
    verb, _, what = action.partition(":")
    if verb == "upload" or (verb == "save" and form.files):
        return context.redirect(f"{base}/{number}?done=uploaded#files")
    if verb == "remove-file":
        return await detach(context, opened, number, what)
    if verb in ("add", "remove", "restore"):
        undo = f"{'&' if full_screen else '?'}removed={quote(what)}" if verb == "remove" else ""
        return context.redirect(f"{here}{undo}#q-{what.partition('/')[0]}")
    if verb == "page" and what.isascii() and what.isdigit():
        return context.redirect(f"{base}/{what}")
    if verb == "full":
        return context.redirect(f"{base}/{number}?full={what}")
    places = {
        "previous": f"{base}/{max(1, number - 1)}",
        "next": f"{base}/{number}?then=next",
        "check": f"{base}/check",
        "print": f"{base}/print",
        "pdf": f"{base}/{number}?done=pdf",
        "submit": f"{base}/submit",
        **{name: f"/tasks/{opened.task.task_id}/{name}" for name in ("decline", "more-time")},
        "discard": f"{base}/add/discard",
    }
    return context.redirect(places.get(verb, here))


routes = [
    Route("/forms/{task_id}/{number:int}", show_page),
    Route("/forms/{task_id}/{number:int}", post_page, methods=["POST"]),
    Route("/resume", resume, methods=["POST"]),
]
