"""Tasks to complete: the three lists, picking up a work group's task, and what group members have picked up."""

from typing import get_args

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis import clock
from contracts.api.tasks import Tab
from services.gateway.posting import own_form
from services.gateway.views.tasks import group_tasks_page, tasks_page
from services.gateway.visit import Visit


async def show_tasks(request: Request) -> Response:
    """One tab, one page."""
    visit = Visit(request)
    tab, number = request.query_params.get("tab", "assigned"), _page_number(request)
    group_number = _page_number(request, "group_page")
    tab = tab if tab in get_args(Tab) else "assigned"
    _, tasks = await visit.reading(lambda person: visit.gateway.tasks.list(person, tab, number, group_number))
    visit.manages = bool(tasks.manages)
    page = tasks_page(tasks, visit.authority, clock.today(), re_assigned=_is_done(request))
    return visit.note_manages(visit.page("tasks.html", page, task_page=True), manages=visit.manages)


async def show_group_tasks(request: Request) -> Response:
    """What was picked up from the groups that the person manages."""
    visit, number = Visit(request), _page_number(request)
    _, tasks = await visit.reading(lambda person: visit.gateway.tasks.of_group_members(person, number))
    visit.manages = bool(tasks.manages)
    page = group_tasks_page(tasks, clock.today(), re_assigned=_is_done(request))
    return visit.note_manages(visit.page("group_tasks.html", page, group_page=True), manages=visit.manages)


def _page_number(request: Request, name: str = "page") -> int:
    number = request.query_params.get(name, "1")
    return max(int(number[:5]), 1) if number.isascii() and number.isdigit() else 1


def _is_done(request: Request) -> bool:
    return request.query_params.get("done") == "re-assigned"


async def pick_up(request: Request) -> Response:
    """Pickup: mine from now on, and open."""
    visit = Visit(request)
    await own_form(visit)
    person = await visit.sign_in_person()
    task_id = request.path_params["task_id"]
    await visit.gateway.tasks.pick_up(person, task_id)
    return visit.go(f"/forms/{task_id}/1")


routes = [
    Route("/tasks", show_tasks),
    Route("/group-tasks", show_group_tasks),
    Route("/tasks/{task_id}/pickup", pick_up, methods=["POST"]),
]
