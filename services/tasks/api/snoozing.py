"""HTTP in: lists without a form for a while."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.http import answer, nothing, read
from chassis.identity import current_professional
from contracts.api.snoozes import SelectedBody, SnoozeBody
from services.tasks.api.dependencies import service


async def list_selected(request: Request) -> Response:
    """Tasks of their holder, as the list shows them."""
    person, body = current_professional(request), await read(request, SelectedBody)
    return answer(await service(request).snoozing.selected(person, body.task_ids))


async def snooze_tasks(request: Request) -> Response:
    """Their holder's list is without them for a while."""
    person, body = current_professional(request), await read(request, SnoozeBody)
    return answer(await service(request).snoozing.snooze(person, body.task_ids, body.until))


async def show_tasks_again(request: Request) -> Response:
    """They are in it again."""
    person, body = current_professional(request), await read(request, SelectedBody)
    await service(request).snoozing.show_again(person, body.task_ids)
    return nothing()


routes = [
    Route("/snooze/choices", list_selected, methods=["POST"]),
    Route("/snooze", snooze_tasks, methods=["POST"]),
    Route("/snooze/end", show_tasks_again, methods=["POST"]),
]
