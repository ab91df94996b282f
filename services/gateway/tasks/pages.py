"""Tasks to complete: the three lists, picking up a work group's task, and what group members have picked up."""

import re
from dataclasses import replace
from typing import get_args

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis import clock
from contracts.api.tasks import Tab
from services.gateway.kit.form_parsing import verified_form
from services.gateway.kit.request_context import RequestContext
from services.gateway.kit.views.banner import task_banner
from services.gateway.tasks.views.closed import closed
from services.gateway.tasks.views.lists import TaskFilter, group_tasks_page, tasks_page
from services.gateway.tasks.views.look import LookPage

_MOST_LETTERS = 200
_TASK_ID = re.compile(r"[0-9a-f-]{36}")


async def show_tasks(request: Request) -> Response:
    """One tab, one page."""
    context = RequestContext(request)
    query = request.query_params
    wanted = TaskFilter(*(query.get(name, "")[:_MOST_LETTERS] for name in ("form", "child", "authority", "progress")))
    asked: dict[str, str | int] = {
        **wanted.parameters(),
        "tab": tab if (tab := query.get("tab", "assigned")) in get_args(Tab) else "assigned",
        "page": _page_number(request),
        "group_page": _page_number(request, "group_page"),
        "re_assigned": query.get("re_assigned", "")[:_MOST_LETTERS],
    }
    person, tasks = await context.reading(lambda person: context.gateway.tasks.list(person, asked))
    context.cookies.set_manages(manages=bool(tasks.manages))
    names = {one.code: one.brand.name for one in context.gateway.authorities}
    page = tasks_page(tasks, context.authority, clock.today(), names, wanted, person.email)
    task_id, number = query.get("closed", ""), _page_number(request, "mend")
    if _TASK_ID.fullmatch(task_id):
        page = replace(page, closed=closed(tasks.rows, task_id, number))
    return context.page("tasks.html", page, section="tasks")


async def show_group_tasks(request: Request) -> Response:
    """What was picked up from the groups that the person manages."""
    context, number = RequestContext(request), _page_number(request)
    asked: dict[str, str | int] = {
        "page": number,
        "re_assigned": request.query_params.get("re_assigned", "")[:_MOST_LETTERS],
    }
    _, tasks = await context.reading(lambda person: context.gateway.tasks.of_group_members(person, asked))
    context.cookies.set_manages(manages=bool(tasks.manages))
    page = group_tasks_page(tasks, clock.today())
    return context.page("group_tasks.html", page, section="group-tasks")


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
    Route("/group-tasks", show_group_tasks),
    Route("/tasks/{task_id}/pickup", pick_up, methods=["POST"]),
]
