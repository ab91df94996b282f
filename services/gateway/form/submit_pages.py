"""The end of a form: check your answers, submit, submitted; the PDF and the page to print."""

import contextlib
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis import clock
from chassis.errors import Conflict, Forbidden, Refused
from chassis.identity import Professional
from contracts.api.files import FileView
from contracts.api.forms import ContributionView
from services.gateway.form.draft_editing import (
    Opened,
    contribution_of,
    count,
    files_of,
    final_contribution_of,
    granted,
    is_draft,
    open_task,
    open_to_edit,
)
from services.gateway.form.page_rendering import draw
from services.gateway.form.questions import first_to_mend, on_page
from services.gateway.form.views.attached import attached_words
from services.gateway.form.views.check import CheckPage, check_page
from services.gateway.kit.form_parsing import own_form
from services.gateway.kit.request_context import Visit
from services.gateway.kit.streaming_proxy import passed_on
from services.gateway.kit.views.banner import TaskBanner, task_banner
from services.gateway.kit.views.wording import moment


@dataclass(frozen=True)
class SubmitPage:
    """The question: submit this contribution, yes or no."""

    banner: TaskBanner
    task_id: str
    form_title: str
    council: str
    attached: str
    last: int


@dataclass(frozen=True)
class SubmittedPage:
    """Contribution submitted."""

    banner: TaskBanner
    task_id: str
    form_title: str
    reference: str
    council: str
    submitted_at: str
    contribution_id: str
    receipt: str
    attached: str
    days: int
    late: bool


@dataclass(frozen=True)
class WithdrawnPage:
    """A form that the council has withdrawn."""

    banner: TaskBanner
    task_id: str
    council: str
    days: int


@dataclass(frozen=True)
class PrintPage:
    """The whole form to print."""

    check: CheckPage
    back: str


async def _open(visit: Visit) -> tuple[Opened, ContributionView, list[FileView]]:
    task_id = visit.request.path_params["task_id"]

    async def read(person: Professional) -> tuple[Opened, ContributionView, list[FileView]]:
        opened = await open_task(visit.gateway, person, task_id)
        files = await files_of(visit.gateway, opened)
        return opened, await contribution_of(visit.gateway, opened, count(files)), files

    _, found = await visit.reading(read)
    return found


async def show_check(request: Request) -> Response:
    """Check your answers."""
    visit = Visit(request)
    opened, contribution, files = await _open(visit)
    if not is_draft(opened, contribution):
        return visit.go(f"/forms/{opened.task.task_id}/submitted")
    authority = visit.gateway.authorities.get(opened.task.authority)
    page = check_page(opened.task, contribution, authority, files, clock.today())
    return visit.page("check.html", page, task_page=True, authority=authority)


async def leave_check(request: Request) -> Response:
    """Submit Contribution, pressed on the check page."""
    visit = Visit(request)
    await own_form(visit)
    return visit.go(f"/forms/{request.path_params['task_id']}/submit")


async def show_submit(request: Request) -> Response:
    """Yes or No; first to whatever must still be answered."""
    visit = Visit(request)
    opened, contribution, files = await _open(visit)
    task = opened.task
    if not is_draft(opened, contribution):
        return visit.go(f"/forms/{task.task_id}/submitted")
    if (number := first_to_mend(contribution.pages, contribution.faults)) is not None:
        return visit.go(f"/forms/{task.task_id}/{number}?check=1")
    authority = visit.gateway.authorities.get(task.authority)
    page = SubmitPage(
        task_banner(task, authority, clock.today()),
        task.task_id,
        task.form_title,
        authority.brand.name,
        attached_words(contribution.pages, files),
        len(contribution.pages),
    )
    return visit.page("submit.html", page, task_page=True, authority=authority)


async def submit(request: Request) -> Response:
    """Yes: submitted, once, however often it is pressed."""
    visit = Visit(request)
    await own_form(visit)
    person = await visit.sign_in_person()
    task_id = request.path_params["task_id"]
    opened = await open_to_edit(visit.gateway, person, task_id)
    try:
        manifest = await visit.gateway.files.manifest(person, opened.grant, task_id)
        forms = visit.gateway.forms
        await granted(visit.gateway, opened, lambda grant: forms.submit(person, grant, task_id, manifest.manifest))
    except Refused as refused:
        return await _not_submitted(visit, opened, refused)
    return visit.go(f"/forms/{task_id}/submitted")


async def _not_submitted(visit: Visit, opened: Opened, refused: Refused) -> Response:
    """Submitted before, or not ready: the page where something must still be done."""
    contribution = await final_contribution_of(visit.gateway, opened)
    if contribution.state == "submitted":
        return visit.go(f"/forms/{opened.task.task_id}/submitted")
    if refused.faults and (number := first_to_mend(contribution.pages, contribution.faults)) is not None:
        faults = on_page(contribution.pages[number - 1], contribution.faults)
        return await draw(visit, opened, contribution, number, faults=faults, status=422)
    if isinstance(refused, Conflict | Forbidden) or refused.faults:
        general = [refused.detail or "The form cannot be submitted yet."]
        return await draw(visit, opened, contribution, len(contribution.pages), general=general, status=refused.status)
    raise refused


async def show_submitted(request: Request) -> Response:
    """Contribution submitted: receipt, PDF, what happens next."""
    visit = Visit(request)
    opened, contribution, files = await _open(visit)
    task, authority = opened.task, visit.gateway.authorities.get(opened.task.authority)
    if is_draft(opened, contribution):
        return visit.go(f"/forms/{task.task_id}/1")
    if contribution.submitted_at is None:
        return _withdrawn(visit, opened)
    page = SubmittedPage(
        task_banner(task, authority, clock.today()),
        task.task_id,
        task.form_title,
        task.reference,
        authority.brand.name,
        moment(contribution.submitted_at),
        contribution.contribution_id or "",
        contribution.receipt or "",
        attached_words(contribution.pages, files),
        authority.submitted_days,
        request.query_params.get("late") == "1",
    )
    return visit.page("submitted.html", page, task_page=True, authority=authority)


def _withdrawn(visit: Visit, opened: Opened) -> Response:
    """What the council has withdrawn; its author may still read what was saved."""
    task, authority = opened.task, visit.gateway.authorities.get(opened.task.authority)
    page = WithdrawnPage(
        task_banner(task, authority, clock.today()), task.task_id, authority.brand.name, authority.retracted_days
    )
    return visit.page("withdrawn.html", page, task_page=True, authority=authority)


async def pdf(request: Request) -> Response:
    """The form with its answers, as a download."""
    visit = Visit(request)
    task_id = request.path_params["task_id"]
    _, opened = await visit.reading(lambda person: open_task(visit.gateway, person, task_id))
    manifest = None
    with contextlib.suppress(Refused):  # without files the form is printed all the same, silent about documents
        manifest = await visit.gateway.files.draft_manifest(opened.person, opened.grant, task_id)
    return await passed_on(visit.gateway.forms.pdf(opened.person, opened.grant, task_id, manifest))


async def show_print(request: Request) -> Response:
    """The whole form with its answers, to print from the browser."""
    visit = Visit(request)
    opened, contribution, files = await _open(visit)
    task, authority = opened.task, visit.gateway.authorities.get(opened.task.authority)
    check = check_page(task, contribution, authority, files, clock.today())
    back = f"/forms/{task.task_id}/" + ("1" if is_draft(opened, contribution) else "submitted")
    return visit.page("print.html", PrintPage(check, back), task_page=True, authority=authority)


routes = [
    Route("/forms/{task_id}/check", show_check),
    Route("/forms/{task_id}/check", leave_check, methods=["POST"]),
    Route("/forms/{task_id}/submit", show_submit),
    Route("/forms/{task_id}/submit", submit, methods=["POST"]),
    Route("/forms/{task_id}/submitted", show_submitted),
    Route("/forms/{task_id}/pdf", pdf),
    Route("/forms/{task_id}/print", show_print),
]
