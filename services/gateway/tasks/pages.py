"""Tasks to complete: the three lists, picking up a work group's task, and what group members have picked up."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TypedDict, get_args

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis import clock
from chassis.identity import Professional
from contracts.api.tasks import Tab, TaskListView
from services.gateway.kit.form_parsing import verified_form
from services.gateway.kit.request_context import RequestContext
from services.gateway.kit.views.banner import task_banner
from services.gateway.tasks.chosen import chosen, posted
from services.gateway.tasks.views.ask import TOLD
from services.gateway.tasks.views.closed import closed
from services.gateway.tasks.views.group_tasks import group_tasks_page
from services.gateway.tasks.views.lists import tasks_page
from services.gateway.tasks.views.look import LookPage
from services.gateway.tasks.views.narrowing import LONGEST, TaskFilter, address
from services.gateway.tasks.views.snooze import SHOWN_AGAIN

_NOTHING_SELECTED = "Select at least one form."
_TOLD = {**TOLD, "shown-again": SHOWN_AGAIN}
_TASK_ID = re.compile(r"[0-9a-f-]{36}")


class Selection(TypedDict):
    """What an address says of the boxes in a list."""

    is_all_selected: bool
    error: str


async def show_tasks(request: Request) -> Response:
    """One tab, one page."""
    context = RequestContext(request)
    query = request.query_params
    asked: dict[str, str | int] = {
        "tab": _tab(query.get("tab", "")),
        "page": _page_number(request),
        "group_page": _page_number(request, "group_page"),
        "re_assigned": query.get("re_assigned", "")[:LONGEST],
    }
    person, (wanted, tasks) = await context.reading(lambda person: _read(context, person, asked))
    context.cookies.set_manages(manages=bool(tasks.manages))
    names = {one.code: one.brand.name for one in context.gateway.authorities}
    since = context.session.signed_in_before_at if context.session else None
    page = tasks_page(tasks, context.authority, clock.today(), names, wanted, person.email, since)
    task_id, number = query.get("closed", ""), _page_number(request, "mend")
    said = closed(tasks.rows, task_id, number) if _TASK_ID.fullmatch(task_id) else None
    page = replace(page, told=_TOLD.get(query.get("told", ""), ""), closed=said, **_selection(request))
    return context.page("tasks.html", page, section="tasks")


async def _read(
    context: RequestContext, person: Professional, asked: Mapping[str, str | int]
) -> tuple[TaskFilter, TaskListView]:
    wanted = chosen(context, person)
    return wanted, await context.gateway.tasks.list(person, {**asked, **wanted.choice()}, wanted.words)


async def choose(request: Request) -> Response:
    """What somebody has chosen is asked for under an address of its own, and is there again on their next visit."""
    context = RequestContext(request)
    form = await verified_form(context)
    person = await context.require_person()
    wanted = posted(context, form)
    context.cookies.set_choice(person.account_id, wanted.choice())
    return context.redirect(address("/tasks", wanted, tab=_tab(form.text("tab"))))


def _tab(text: str) -> str:
    return text if text in get_args(Tab) else "assigned"


async def show_group_tasks(request: Request) -> Response:
    """What was picked up from the groups that the person manages."""
    context, number = RequestContext(request), _page_number(request)
    asked: dict[str, str | int] = {
        "page": number,
        "waiting_page": _page_number(request, "waiting_page"),
        "re_assigned": request.query_params.get("re_assigned", "")[:LONGEST],
    }
    _, tasks = await context.reading(lambda person: context.gateway.tasks.of_group_members(person, asked))
    context.cookies.set_manages(manages=bool(tasks.manages))
    names = {one.code: one.brand.name for one in context.gateway.authorities}
    page = group_tasks_page(tasks, clock.today(), names, **_selection(request))
    return context.page("group_tasks.html", page, section="group-tasks")


def _selection(request: Request) -> Selection:
    """Whether every form on the page is selected, and what is wrong where none was."""
    query = request.query_params
    return {"is_all_selected": query.get("all") == "1", "error": _NOTHING_SELECTED if query.get("none") == "1" else ""}


def _page_number(request: Request, name: str = "page") -> int:
    number = request.query_params.get(name, "1")
    return max(int(number[:5]), 1) if number.isascii() and number.isdigit() else 1


async def pick_up(request: Request) -> Response:
    """Pickup: mine from now on, and open."""
    context = RequestContext(request)
    await verified_form(context)
    person = await context.require_person()
    task_id = request.path_params["task_id"]
    await context.gateway.tasks.pick_up(person, task_id)
    return context.redirect(f"/forms/{task_id}/1")


async def look(request: Request) -> Response:
    """A work group's task before anybody picks it up: whose it is, until when, what the council says."""
    context, task_id = RequestContext(request), request.path_params["task_id"]
    _, task = await context.reading(lambda person: context.gateway.tasks.look(person, task_id))
    authority = context.gateway.authorities.get(task.authority)
    page = LookPage(
        task_banner(task, authority, clock.today()), task.task_id, task.form_title, task.subject.name, task.comments
    )
    return context.page("look.html", page, section="tasks", authority=authority)


routes = [
    Route("/tasks/{task_id}/look", look),
    Route("/tasks", show_tasks),
    Route("/tasks", choose, methods=["POST"]),
    Route("/group-tasks", show_group_tasks),
    Route("/tasks/{task_id}/pickup", pick_up, methods=["POST"]),
]
