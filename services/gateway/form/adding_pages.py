"""Add or correct something: the form that was submitted is open again, and stands as it is until it is submitted."""

from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.errors import Refused
from chassis.identity import Professional
from contracts.api.forms import ContributionView
from contracts.api.tasks import AddendumBody
from contracts.base import COMMENTS_LIMIT
from services.gateway.form.draft_editing import OpenTask, contribution_of, is_draft, open_task, until_open
from services.gateway.form.views.adding import AddPage, DiscardPage, add_until
from services.gateway.kit.form_parsing import verified_form
from services.gateway.kit.request_context import RequestContext
from services.gateway.kit.views.form_errors import form_errors
from services.gateway.kit.views.frame import FormErrors

_ABOUT_THE_REASON = frozenset({"already_begun", "cannot_add"})
"""Refusals that the page says, with what was typed on it."""
_TOO_LONG = f"The reason must be {COMMENTS_LIMIT:,} characters or fewer."


class _Opened(NamedTuple):
    """A form as its holder has opened it."""

    opened: OpenTask
    contribution: ContributionView

    @property
    def has_begun(self) -> bool:
        """Whether its author adds to it already."""
        return is_draft(self.opened, self.contribution) and self.contribution.submitted_at is not None


async def _open(context: RequestContext) -> _Opened:
    task_id = context.request.path_params["task_id"]

    async def read(person: Professional) -> _Opened:
        opened = await open_task(context.gateway, person, task_id)
        return _Opened(opened, await contribution_of(context.gateway, opened))

    return (await context.reading(read))[1]


async def show_add(request: Request) -> Response:
    """Why; or the form itself where that is said."""
    context, task_id = RequestContext(request), request.path_params["task_id"]
    found = await _open(context)
    if found.has_begun:
        return context.redirect(f"/forms/{task_id}/1")
    return _add_page(context, found, "", FormErrors(), 200)


async def add(request: Request) -> Response:
    """The form is open, once, however often this is pressed."""
    context, task_id = RequestContext(request), request.path_params["task_id"]
    form = await verified_form(context)
    person = await context.require_person()
    reason = form.text("reason").replace("\r\n", "\n").strip()
    errors = FormErrors({"reason": _TOO_LONG} if len(reason) > COMMENTS_LIMIT else {})
    if not errors.by_field:
        try:
            await context.gateway.tasks.add(person, task_id, AddendumBody(reason=reason))
        except Refused as refused:
            if not refused.faults and refused.code not in _ABOUT_THE_REASON:
                raise
            errors = form_errors(refused)
        else:
            await until_open(context.gateway, person, task_id)
            return context.redirect(f"/forms/{task_id}/1")
    return _add_page(context, await _open(context), reason, errors, 422)


def _add_page(context: RequestContext, found: _Opened, reason: str, errors: FormErrors, status: int) -> Response:
    task = found.opened.task
    if not task.may_add:
        return context.redirect(f"/forms/{task.task_id}/submitted")
    authority = context.gateway.authorities.get(task.authority)
    until = add_until(found.contribution, authority)
    council = authority.brand.name
    page = AddPage(task.task_id, task.form_title, task.subject.name, council, until, found.has_begun, reason, errors)
    return context.page("add.html", page, status, section="tasks", authority=authority)


async def show_discard(request: Request) -> Response:
    """Yes or No."""
    context = RequestContext(request)
    found = await _open(context)
    task = found.opened.task
    if not found.has_begun:
        return context.redirect(f"/forms/{task.task_id}/submitted")
    authority = context.gateway.authorities.get(task.authority)
    page = DiscardPage(task.task_id, task.form_title, task.subject.name, authority.brand.name)
    return context.page("discard.html", page, section="tasks", authority=authority)


async def discard(request: Request) -> Response:
    """Yes: what was submitted stands, and nothing is left of what was begun."""
    context, task_id = RequestContext(request), request.path_params["task_id"]
    await verified_form(context)
    await context.gateway.tasks.discard(await context.require_person(), task_id)
    return context.redirect(f"/forms/{task_id}/submitted")


routes = [
    Route("/forms/{task_id}/add", show_add),
    Route("/forms/{task_id}/add", add, methods=["POST"]),
    Route("/forms/{task_id}/add/discard", show_discard),
    Route("/forms/{task_id}/add/discard", discard, methods=["POST"]),
]
