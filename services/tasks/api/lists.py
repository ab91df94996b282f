"""HTTP in: the lists of a professional."""

from typing import cast, get_args

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.errors import BadRequest
from chassis.http import answer, read
from chassis.identity import current_professional
from contracts.api.tasks import ListOrder, SearchBody, Tab
from services.tasks.api.dependencies import number, service
from services.tasks.model.listing import DeskFilter
from services.tasks.usecases.lists import Asked

_PAGES = 1_000
_ID_LIMIT = 200
_NARROWS = ("form", "authority", "progress")


async def list_tasks(request: Request) -> Response:
    """The task page of a professional."""
    return await _list(request, "")


async def search_tasks(request: Request) -> Response:
    """The same, narrowed to children with such names: a name never stands in an address."""
    return await _list(request, (await read(request, SearchBody)).words)


async def _list(request: Request, words: str) -> Response:
    tab = request.query_params.get("tab", "assigned")
    if tab not in get_args(Tab):
        raise BadRequest("invalid_parameter", "There is no such tab.", field="tab")
    order = request.query_params.get("order", "")
    person = current_professional(request)
    asked = Asked(
        tab=cast("Tab", tab),
        page=number(request, "page", 1, 10_000),
        group_page=number(request, "group_page", 1, 10_000),
        order=cast("ListOrder", order) if order in get_args(ListOrder) else "due",
        re_assigned=request.query_params.get("re_assigned", "")[:_ID_LIMIT],
        wanted=DeskFilter(words=words, **{name: request.query_params.get(name, "")[:200] for name in _NARROWS}),
    )
    return answer(await service(request).lists.of_person(person, asked))


async def list_group_tasks(request: Request) -> Response:
    """What was picked up from the groups that a person manages."""
    person, page = current_professional(request), number(request, "page", 1, _PAGES)
    re_assigned = request.query_params.get("re_assigned", "")[:_ID_LIMIT]
    waiting_page = number(request, "waiting_page", 1, _PAGES)
    return answer(await service(request).lists.of_group_members(person, page, re_assigned, waiting_page))


async def list_due(request: Request) -> Response:
    """The dates of what a person has, for their calendar."""
    return answer(await service(request).lists.due(current_professional(request)))


routes = [
    Route("/tasks", list_tasks),
    Route("/tasks/search", search_tasks, methods=["POST"]),
    Route("/group-tasks", list_group_tasks),
    Route("/calendar", list_due),
]
