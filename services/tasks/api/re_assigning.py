"""HTTP in: forms for somebody else."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.http import answer, nothing, read
from chassis.identity import current_professional
from contracts.api.re_assigning import ReAssignBody, ReAssignChoicesBody, ReAssignManyBody, TaskIdsView
from contracts.api.tasks import SearchBody
from services.tasks.api.dependencies import service


async def list_choices(request: Request) -> Response:
    """Whom a task may be re-assigned to."""
    person, task_id = current_professional(request), request.path_params["task_id"]
    return answer(await service(request).re_assigning.choices(person, [task_id], ""))


async def search_choices(request: Request) -> Response:
    """Whom of them the words fit; in the body, because they are people's names."""
    person, body = current_professional(request), await read(request, SearchBody)
    found = await service(request).re_assigning.choices(person, [request.path_params["task_id"]], body.words)
    return answer(found)


async def re_assign_task(request: Request) -> Response:
    """The task has a new holder."""
    person, body = current_professional(request), await read(request, ReAssignBody)
    await service(request).re_assigning.re_assign(person, request.path_params["task_id"], body.to)
    return nothing()


async def list_choices_of_many(request: Request) -> Response:
    """Whom several tasks may be re-assigned to."""
    person, body = current_professional(request), await read(request, ReAssignChoicesBody)
    return answer(await service(request).re_assigning.choices(person, body.task_ids, body.words))


async def list_all_of_colleague(request: Request) -> Response:
    """What whoever has a task has picked up beside it."""
    person, task_id = current_professional(request), request.path_params["task_id"]
    return answer(TaskIdsView(task_ids=await service(request).re_assigning.all_of_colleague(person, task_id)))


async def re_assign_tasks(request: Request) -> Response:
    """Several tasks have a new holder."""
    person, body = current_professional(request), await read(request, ReAssignManyBody)
    return answer(await service(request).re_assigning.re_assign_many(person, body.task_ids, body.to))


routes = [
    Route("/tasks/{task_id}/re-assign", list_choices),
    Route("/tasks/{task_id}/re-assign", re_assign_task, methods=["POST"]),
    Route("/tasks/{task_id}/re-assign/search", search_choices, methods=["POST"]),
    Route("/re-assign/all-of/{task_id}", list_all_of_colleague),
    Route("/re-assign/choices", list_choices_of_many, methods=["POST"]),
    Route("/re-assign", re_assign_tasks, methods=["POST"]),
]
