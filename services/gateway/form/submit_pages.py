"""The end of a form: check your answers, submit, submitted; the PDF and the page to print."""

import contextlib

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis import clock, loop
from chassis.errors import Conflict, Forbidden, Refused
from chassis.identity import Professional
from contracts.api.files import FileView
from contracts.api.forms import ContributionView
from services.gateway.form.draft_editing import (
    OpenTask,
    contribution_of,
    count,
    files_of,
    final_contribution_of,
    granted,
    is_draft,
    open_task,
    open_to_edit,
    until_submitted,
)
from services.gateway.form.page_rendering import render_form_page
from services.gateway.form.questions import first_to_mend, on_page
from services.gateway.form.views.adding import add_until, adding
from services.gateway.form.views.answered import left_out_words
from services.gateway.form.views.asked import asked_words
from services.gateway.form.views.attached import attached_words, sent_words
from services.gateway.form.views.check import check_page
from services.gateway.form.views.page import FormPageState
from services.gateway.form.views.submit import DeclinedPage, PrintPage, SubmitPage, SubmittedPage, WithdrawnPage
from services.gateway.kit.form_parsing import verified_form
from services.gateway.kit.request_context import RequestContext
from services.gateway.kit.streaming_proxy import proxy_response
from services.gateway.kit.views.banner import task_banner
from services.gateway.kit.views.wording import moment


async def _open(context: RequestContext) -> tuple[OpenTask, ContributionView, list[FileView]]:
    task_id = context.request.path_params["task_id"]

    async def read(person: Professional) -> tuple[OpenTask, ContributionView, list[FileView]]:
        opened = await open_task(context.gateway, person, task_id)
        files = await files_of(context.gateway, opened)
        return opened, await contribution_of(context.gateway, opened, count(files)), files

    _, found = await context.reading(read)
    return found


async def show_check(request: Request) -> Response:
    """Check your answers."""
    context = RequestContext(request)
    opened, contribution, files = await _open(context)
    if not is_draft(opened, contribution):
        return context.redirect(f"/forms/{opened.task.task_id}/submitted")
    authority = context.gateway.authorities.get(opened.task.authority)
    size = loop.weight(contribution.answers)
    page = await loop.work(size, check_page, opened.task, contribution, authority, files, clock.today())
    return await loop.work(size, context.page, "check.html", page, section="tasks", authority=authority)


async def leave_check(request: Request) -> Response:
    """Submit Contribution, pressed on the check page."""
    context = RequestContext(request)
    await verified_form(context)
    return context.redirect(f"/forms/{request.path_params['task_id']}/submit")


async def show_submit(request: Request) -> Response:
    """Yes or No; first to whatever must still be answered."""
    context = RequestContext(request)
    opened, contribution, files = await _open(context)
    task = opened.task
    if not is_draft(opened, contribution):
        return context.redirect(f"/forms/{task.task_id}/submitted")
    if (number := first_to_mend(contribution.pages, contribution.faults)) is not None:
        return context.redirect(f"/forms/{task.task_id}/{number}?check=1")
    authority = context.gateway.authorities.get(task.authority)
    page = SubmitPage(
        task_banner(task, authority, clock.today()),
        task.task_id,
        task.form_title,
        authority.brand.name,
        attached_words(contribution.pages, files),
        left_out_words(contribution),
        len(contribution.pages),
        adding(task, contribution, authority.brand.name),
    )
    return context.page("submit.html", page, section="tasks", authority=authority)


async def submit(request: Request) -> Response:
    """Yes: submitted, once, however often it is pressed."""
    context = RequestContext(request)
    await verified_form(context)
    person = await context.require_person()
    task_id = request.path_params["task_id"]
    opened = await open_to_edit(context.gateway, person, task_id)
    try:
        manifest = await context.gateway.files.manifest(person, opened.grant, task_id)
        forms = context.gateway.forms
        await granted(context.gateway, opened, lambda grant: forms.submit(person, grant, task_id, manifest.manifest))
    except Refused as refused:
        return await _not_submitted(context, opened, refused)
    await until_submitted(context.gateway, opened)
    return context.redirect(f"/forms/{task_id}/submitted")


async def _not_submitted(context: RequestContext, opened: OpenTask, refused: Refused) -> Response:
    """Submitted before, or not ready: the page where something must still be done."""
    contribution = await final_contribution_of(context.gateway, opened)
    if contribution.state == "submitted":
        return context.redirect(f"/forms/{opened.task.task_id}/submitted")
    if refused.faults and (number := first_to_mend(contribution.pages, contribution.faults)) is not None:
        faults = on_page(contribution.pages[number - 1], contribution.faults)
        return await render_form_page(context, opened, contribution, FormPageState(number, faults=faults), 422)
    if isinstance(refused, Conflict | Forbidden) or refused.faults:
        state = FormPageState(len(contribution.pages), general=[refused.detail or "The form cannot be submitted yet."])
        return await render_form_page(context, opened, contribution, state, refused.status)
    raise refused


async def show_submitted(request: Request) -> Response:
    """Contribution submitted: receipt, PDF, what happens next."""
    context = RequestContext(request)
    opened, contribution, _ = await _open(context)
    task, authority = opened.task, context.gateway.authorities.get(opened.task.authority)
    if is_draft(opened, contribution) and contribution.submitted_at is None:
        return context.redirect(f"/forms/{task.task_id}/1")
    if task.state == "declined":
        return _declined(context, opened)
    if contribution.submitted_at is None:
        return _withdrawn(context, opened)
    page = SubmittedPage(
        task_banner(task, authority, clock.today()),
        task.task_id,
        task.form_title,
        task.reference,
        authority.brand.name,
        moment(contribution.submitted_at),
        contribution.contribution_id or "",
        contribution.receipt or "",
        sent_words(contribution),
        left_out_words(contribution),
        authority.submitted_days,
        request.query_params.get("late") == "1",
        add_until(contribution, authority) if task.may_add else "",
        adding(task, contribution, authority.brand.name),
    )
    return context.page("submitted.html", page, section="tasks", authority=authority)


def _declined(context: RequestContext, opened: OpenTask) -> Response:
    """What its holder has declined, while the council decides."""
    task, authority = opened.task, context.gateway.authorities.get(opened.task.authority)
    page = DeclinedPage(
        task_banner(task, authority, clock.today()),
        task.task_id,
        asked_words(task.ask, authority.brand.name),
        task.ask.explanation if task.ask else "",
    )
    return context.page("declined.html", page, section="tasks", authority=authority)


def _withdrawn(context: RequestContext, opened: OpenTask) -> Response:
    """What the council has withdrawn; its author may still read what was saved."""
    task, authority = opened.task, context.gateway.authorities.get(opened.task.authority)
    page = WithdrawnPage(
        task_banner(task, authority, clock.today()), task.task_id, authority.brand.name, authority.retracted_days
    )
    return context.page("withdrawn.html", page, section="tasks", authority=authority)


async def pdf(request: Request) -> Response:
    """The form with its answers, as a download: as it was submitted, or with `?draft=1` as it stands."""
    context = RequestContext(request)
    task_id = request.path_params["task_id"]
    _, opened = await context.reading(lambda person: open_task(context.gateway, person, task_id))
    manifest = None
    with contextlib.suppress(Refused):  # without files the form is printed all the same, silent about documents
        manifest = await context.gateway.files.draft_manifest(opened.person, opened.grant, task_id)
    as_draft, forms = request.query_params.get("draft") == "1", context.gateway.forms
    return await proxy_response(forms.pdf(opened.person, opened.grant, task_id, manifest, is_draft=as_draft))


async def show_print(request: Request) -> Response:
    """The whole form with its answers, to print from the browser."""
    context = RequestContext(request)
    opened, contribution, files = await _open(context)
    task, authority = opened.task, context.gateway.authorities.get(opened.task.authority)
    size = loop.weight(contribution.answers)
    check = await loop.work(size, check_page, task, contribution, authority, files, clock.today())
    back = f"/forms/{task.task_id}/" + ("1" if is_draft(opened, contribution) else "submitted")
    page = PrintPage(check, back)
    return await loop.work(size, context.page, "print.html", page, section="tasks", authority=authority)


routes = [
    Route("/forms/{task_id}/check", show_check),
    Route("/forms/{task_id}/check", leave_check, methods=["POST"]),
    Route("/forms/{task_id}/submit", show_submit),
    Route("/forms/{task_id}/submit", submit, methods=["POST"]),
    Route("/forms/{task_id}/submitted", show_submitted),
    Route("/forms/{task_id}/pdf", pdf),
    Route("/forms/{task_id}/print", show_print),
]
