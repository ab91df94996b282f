"""HTTP in: what councils ask and send."""

from typing import cast, get_args

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.council_door import take_posted
from chassis.errors import BadRequest
from chassis.http import answer, nothing
from chassis.identity import current_council
from contracts.api.due_dates import DueDatesQuery
from contracts.api.tasks import TaskState
from services.tasks.api.dependencies import number, query, service

_LIMIT = 200


async def view_delegation(request: Request) -> Response:
    """A delegation's state for its council."""
    council = current_council(request)
    return answer(await service(request).lists.delegation(council.authority, request.path_params["delegation_id"]))


async def list_delegations(request: Request) -> Response:
    """A council's delegations, or those that wait for its decision, page by page."""
    council = current_council(request)
    state = request.query_params.get("state")
    if state is not None and state not in get_args(TaskState):
        raise BadRequest("invalid_parameter", "There is no such state.", field="state")
    waits_for = request.query_params.get("waits_for")
    if waits_for not in {None, "decision"}:
        raise BadRequest("invalid_parameter", "Delegations wait for a decision, or for nothing.", field="waits_for")
    after, limit = request.query_params.get("after", ""), number(request, "limit", 50, _LIMIT)
    found = await service(request).lists.delegations(
        council.authority, cast("TaskState | None", state), after, limit, to_decide=waits_for is not None
    )
    return answer(found)


async def foresee_due_dates(request: Request) -> Response:
    """The dates that a form would get if its council delegated it."""
    authority = current_council(request).authority
    return answer(await service(request).delegations.foresee(authority, query(request, DueDatesQuery)))


async def take_message(request: Request) -> Response:
    """A council's message over HTTP."""
    return await take_posted(request, service(request).door.take, taker="tasks")


async def erase_delegation(request: Request) -> Response:
    """A delegation is erased at once."""
    council, delegation_id = current_council(request), request.path_params["delegation_id"]
    await service(request).retention.erase(council.authority, delegation_id)
    return nothing()


async def hold_delegation(request: Request) -> Response:
    """A legal hold begins, or ends."""
    council, delegation_id = current_council(request), request.path_params["delegation_id"]
    await service(request).retention.hold(council.authority, delegation_id, is_held=request.method == "PUT")
    return nothing()


routes = [
    Route("/council-messages/{name}", take_message, methods=["POST"]),
    Route("/erasures/{delegation_id:path}", erase_delegation, methods=["PUT"]),
    Route("/holds/{delegation_id:path}", hold_delegation, methods=["PUT", "DELETE"]),
    Route("/due-dates", foresee_due_dates),
    Route("/delegations", list_delegations),
    Route("/delegations/{delegation_id:path}", view_delegation),
]
