"""Print selected as one PDF: of each form what its own PDF shows, and a page that says what was left out."""

import asyncio
import contextlib
from typing import get_args

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.errors import Conflict, Forbidden, NotFound, Refused
from chassis.identity import Professional
from contracts.api.forms import MOST_PRINTED, PaperBody, PapersBody
from contracts.api.tasks import Tab
from services.gateway.kit.form_parsing import SubmittedForm, verified_form
from services.gateway.kit.gateway import Gateway
from services.gateway.kit.request_context import RequestContext
from services.gateway.kit.streaming_proxy import proxy_response
from services.gateway.tasks.selected import nothing_selected, origin_of, selected_tasks
from services.gateway.tasks.views.printing import TOO_MANY, not_printed_page


async def print_selected(request: Request) -> Response:
    """A download; where none of the forms can be had, a page that says why."""
    context = RequestContext(request)
    form = await verified_form(context)
    person = await context.require_person()
    task_ids = list(dict.fromkeys(selected_tasks(form)))
    if not task_ids:
        return context.redirect(_back(form))
    asked = (_paper(context.gateway, person, task_id) for task_id in task_ids[:MOST_PRINTED])
    found = await asyncio.gather(*asked)
    papers = [one for one in found if isinstance(one, PaperBody)]
    left = [one for one in found if isinstance(one, str)] + [TOO_MANY] * len(task_ids[MOST_PRINTED:])
    if not papers:
        origin = origin_of(form.text("from"))
        return context.page("not_printed.html", not_printed_page(left, origin), section=origin)
    return await proxy_response(context.gateway.forms.papers(person, PapersBody(papers=papers, left=left)))


async def _paper(gateway: Gateway, person: Professional, task_id: str) -> PaperBody | str:
    """What opens the form; else why it is left out."""
    try:
        granted = await gateway.tasks.grant(person, task_id)
    except (Conflict, Forbidden, NotFound) as refused:
        return refused.detail
    manifest = None
    with contextlib.suppress(Refused):  # without files the form is printed all the same, silent about documents
        manifest = await gateway.files.draft_manifest(person, granted.grant, task_id)
    return PaperBody(grant=granted.grant, manifest=manifest)


def _back(form: SubmittedForm) -> str:
    """The list that the person came from, which says that nothing is selected."""
    if origin_of(form.text("from")) == "group-tasks":
        return "/group-tasks?none=1"
    tab: Tab = next((one for one in get_args(Tab) if one == form.text("tab")), "assigned")
    return nothing_selected(form, tab)


routes = [Route("/tasks/print", print_selected, methods=["POST"])]
