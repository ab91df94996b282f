"""Tasks to complete: the three lists, and picking up a work group's task."""

from typing import get_args

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis import clock
from contracts.api.tasks import Tab
from services.gateway.posting import own_form
from services.gateway.views.tasks import tasks_page
from services.gateway.visit import Visit


async def show_tasks(request: Request) -> Response:
    """One tab, one page."""
    visit = Visit(request)
    tab, number = request.query_params.get("tab", "assigned"), request.query_params.get("page", "1")
    tab = tab if tab in get_args(Tab) else "assigned"
    page = int(number[:5]) if number.isascii() and number.isdigit() else 1
    _, tasks = await visit.reading(lambda person: visit.gateway.tasks.list(person, tab, page))
    return visit.page("tasks.html", tasks_page(tasks, visit.authority, clock.today()), task_page=True)


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
    Route("/tasks/{task_id}/pickup", pick_up, methods=["POST"]),
]
