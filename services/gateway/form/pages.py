"""A form's pages: showing one, and saving what was typed, whichever button was pressed."""

from dataclasses import replace
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chassis import clock
from chassis.errors import Conflict, Forbidden, Refused, Unavailable
from chassis.identity import Professional
from contracts.api.forms import AnswerFault, ContributionView, FormPage, Judged
from contracts.base import Fault
from services.gateway.form.attachment_pages import attach, detach
from services.gateway.form.draft_editing import (
    Opened,
    Saved,
    changes,
    contribution_of,
    count,
    files_of,
    final_contribution_of,
    is_draft,
    open_task,
    open_to_edit,
    page_at,
    page_id_of,
    pages_of,
    save,
)
from services.gateway.form.edits import Seen
from services.gateway.form.page_rendering import draw
from services.gateway.form.questions import conflict_words, first_to_mend, flat, on_page, placed
from services.gateway.form.unsaved import keep_typed, own_form_or_keep
from services.gateway.form.views.attached import attached_words
from services.gateway.kit.form_parsing import Form, own_form
from services.gateway.kit.request_context import Visit, wants_json
from services.gateway.kit.unsaved_form import held
from services.gateway.kit.views.wording import hour


async def show_page(request: Request) -> Response:
    """One page of the form; `?check=1` says what is missing, `?then=next` goes on where nothing is."""
    visit = Visit(request)
    task_id, number = request.path_params["task_id"], request.path_params["number"]

    query = request.query_params
    going_on = query.get("then") == "next"
    is_final = going_on or query.get("check") == "1"
    contribution_for = final_contribution_of if is_final else contribution_of

    async def read(person: Professional) -> tuple[Opened, ContributionView]:
        opened = await open_task(visit.gateway, person, task_id)
        return opened, await contribution_for(visit.gateway, opened)

    _, (opened, contribution) = await visit.reading(read)
    if not is_draft(opened, contribution):
        return visit.go(f"/forms/{task_id}/submitted")
    told = on_page(page_at(contribution.pages, number), contribution.faults)
    faults = [fault for fault in told if is_final or not fault.is_missing]
    if going_on and not faults:
        return visit.go(f"/forms/{task_id}/{number + 1}")
    notice, download = _notice(query.get("done", ""), task_id)
    return await draw(
        visit,
        opened,
        contribution,
        number,
        faults=faults,
        notice=notice,
        download=download,
        full_screen=query.get("full", ""),
        removed=query.get("removed", ""),
    )


def _notice(done: str, task_id: str) -> tuple[str, str]:
    if done == "pdf":
        return "Your PDF is being downloaded.", f"/forms/{task_id}/pdf"
    return {"uploaded": "Your documents are attached.", "removed": "The document was removed."}.get(done, ""), ""


async def post_page(request: Request) -> Response:
    """Any button of a form's page: what was typed is saved first."""
    visit, task_id = Visit(request), request.path_params["task_id"]
    found = await _find(visit, task_id)
    form = await own_form_or_keep(visit, found)
    if isinstance(form, Response):
        return form
    return await take(visit, form, task_id, request.path_params["number"], found)


async def _find(visit: Visit, task_id: str) -> Opened | Refused:
    """The task as its holder opens it, or why it does not open: asked before any of a large body is read."""
    try:
        _, opened = await visit.reading(lambda person: open_to_edit(visit.gateway, person, task_id))
    except Refused as refused:
        return refused
    return opened


async def resume(request: Request) -> Response:
    """What was typed before the session ended, saved after signing in again."""
    visit = Visit(request)
    kept = await held(visit, (await own_form(visit)).raw("held"))
    if kept is None:
        return visit.go("/tasks")
    path, form = kept
    _, _, task_id, number = path.split("/")
    return await take(visit, form, task_id, int(number), await _find(visit, task_id))


async def take(visit: Visit, form: Form, task_id: str, number: int, found: Opened | Refused) -> Response:
    """Saves a posted page and goes where its button leads."""
    try:
        opened = _own(visit, form, task_id, found)
        page = page_at(await pages_of(visit.gateway, opened), number)
    except Refused as refused:
        return await keep_typed(visit, form, f"/forms/{task_id}/{number}", refused)
    action, full_screen = form.text("action") or "save", visit.request.query_params.get("full", "")
    reading = changes(page, form, action, full_screen)
    not_attached = await attach(visit, opened, page, form)
    try:
        saved = await save(visit.gateway, opened, form, reading)
    except Refused as refused:
        # What could be attached is.
        return await _not_saved(visit, opened, number, replace(form, files=[]), refused)
    if wants_json(visit.request):
        return await _saved_json(visit, opened, form, page, saved, action)
    if saved.refused or not_attached:
        contribution = await contribution_of(visit.gateway, opened)
        typed = {fault.path: reading.typed[fault.path] for fault in saved.refused if fault.path in reading.typed}
        faults, general = placed(page, saved.refused)
        return await draw(
            visit,
            opened,
            contribution,
            number,
            typed,
            [*faults, *not_attached],
            general,
            status=422,
            full_screen=full_screen,
        )
    if action == "close":
        response = visit.go(await _desk(visit, opened, saved))
    else:
        response = await _after(visit, opened, form, number, action, full_screen)
    return visit.told_saved(response, page_id_of(form))


def _own(visit: Visit, form: Form, task_id: str, found: Opened | Refused) -> Opened:
    """The opened task, if this person typed the page."""
    if visit.session and form.raw("holder") != visit.holder_key(task_id, visit.session.account_id):
        raise Forbidden("typed_by_another")
    if isinstance(found, Refused):
        raise found
    return found


async def _not_saved(visit: Visit, opened: Opened, number: int, form: Form, refused: Refused) -> Response:
    """Forms did not take it: submitted meanwhile, or away. What was typed is not thrown away in silence."""
    if isinstance(refused, Conflict | Forbidden):
        contribution = await contribution_of(visit.gateway, opened)
        if contribution.state == "submitted" and not wants_json(visit.request):
            return visit.go(f"/forms/{opened.task.task_id}/submitted?late=1")
    return await keep_typed(visit, form, f"/forms/{opened.task.task_id}/{number}", refused)


async def _saved_json(  # noqa: PLR0917 - the page, what was posted of it, and what came of that
    visit: Visit, opened: Opened, form: Form, page: FormPage, saved: Saved, action: str
) -> Response:
    """The answer to the page's script: what shows and what is wrong now; `next` is where Submit must go first."""
    seen, at, following, attached = Seen.load(form.raw("seen")), clock.now(), "", ""
    view: Judged | None = saved.view
    if saved.view:
        seen, at = seen.after(saved.edits), saved.view.saved_at
    if action == "submit" and not saved.refused:
        files = await files_of(visit.gateway, opened)
        final = await contribution_of(visit.gateway, opened, count(files))
        number = first_to_mend(final.pages, final.faults)
        following = f"/forms/{opened.task.task_id}/{number}?check=1" if number else ""
        attached = attached_words(final.pages, files)
        view = view or final
    view = view or await contribution_of(visit.gateway, opened)
    told = on_page(page, view.faults)
    return JSONResponse(
        {
            "revision": str(saved.view.revision) if saved.view else form.text("revision"),
            "seen": seen.dump(),
            "saved": hour(at),
            "faults": {fault.path: fault.message for fault in (*told, *saved.refused) if not _is_missing(fault)},
            "missing": {fault.path: fault.message for fault in told if fault.is_missing},
            "conflict": conflict_words(on_page(page, view.conflicts)),
            "shows": {each.key: each.key not in view.hidden for each in flat(page.questions) if each.conditional},
            "next": following,
            "attached": attached,
            "idle_seconds": visit.idle_seconds,
        }
    )


async def _desk(visit: Visit, opened: Opened, saved: Saved) -> str:
    """The task list; it says so where an answer is kept that has a problem."""
    try:
        judged = saved.view or await contribution_of(visit.gateway, opened)
    except Unavailable:
        # Everything was saved before.
        return "/tasks"
    wrong = [fault for fault in judged.faults if not fault.is_missing]
    number = first_to_mend(await pages_of(visit.gateway, opened), wrong)
    return f"/tasks?closed={opened.task.task_id}&mend={number}" if number else "/tasks"


def _is_missing(fault: Fault) -> bool:
    return isinstance(fault, AnswerFault) and fault.is_missing


async def _after(  # noqa: PLR0917 - a button, where it was pressed, and what came with it
    visit: Visit, opened: Opened, form: Form, number: int, action: str, full_screen: str
) -> Response:
    """Where a button leads once everything is saved."""
    base = f"/forms/{opened.task.task_id}"
    here = f"{base}/{number}" + (f"?full={full_screen}" if full_screen else "")
    verb, _, what = action.partition(":")
    if verb == "upload" or (verb == "save" and form.files):
        return visit.go(f"{base}/{number}?done=uploaded#files")
    if verb == "remove-file":
        return await detach(visit, opened, number, what)
    if verb in ("add", "remove", "restore"):
        undo = f"{'&' if full_screen else '?'}removed={quote(what)}" if verb == "remove" else ""
        return visit.go(f"{here}{undo}#q-{what.partition('/')[0]}")
    if verb == "page" and what.isascii() and what.isdigit():
        return visit.go(f"{base}/{what}")
    if verb == "full":
        return visit.go(f"{base}/{number}?full={what}")
    places = {
        "previous": f"{base}/{max(1, number - 1)}",
        "next": f"{base}/{number}?then=next",
        "check": f"{base}/check",
        "print": f"{base}/print",
        "pdf": f"{base}/{number}?done=pdf",
        "submit": f"{base}/submit",
    }
    return visit.go(places.get(verb, here))


routes = [
    Route("/forms/{task_id}/{number:int}", show_page),
    Route("/forms/{task_id}/{number:int}", post_page, methods=["POST"]),
    Route("/resume", resume, methods=["POST"]),
]
