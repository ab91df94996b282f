"""Rendering a page of a form: its view, and the attachments where it takes files."""

from dataclasses import replace

from starlette.responses import Response

from chassis import clock, loop
from contracts.api.forms import ContributionView
from services.gateway.form.draft_editing import OpenTask, files_of, new_page_id, new_row_id, page_at
from services.gateway.form.views.page import FormPageState, form_page, takes_files
from services.gateway.kit.request_context import RequestContext


async def render_form_page(
    context: RequestContext, opened: OpenTask, contribution: ContributionView, state: FormPageState, status: int = 200
) -> Response:
    """A page of the form as HTML, with the ids and keys by which it is known when it comes back."""
    task, authority = opened.task, context.gateway.authorities.get(opened.task.authority)
    has_files = takes_files(page_at(contribution.pages, state.number))
    rendered = replace(
        state,
        page_id=new_page_id(context.gateway, task.task_id),
        holder_key=context.holder_key(task.task_id, opened.person.account_id),
        spare_row=new_row_id(),
        files=await files_of(context.gateway, opened) if has_files else [],
    )
    size = loop.weight(contribution.answers)
    page = await loop.work(size, form_page, task, contribution, authority, rendered, clock.today())
    return await loop.work(size, context.page, "form.html", page, status, section="tasks", authority=authority)
