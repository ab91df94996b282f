"""HTTP in: when people are away."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.http import answer, nothing, read
from chassis.identity import current_council, current_professional
from contracts.api.absences import AbsenceBody
from services.tasks.api.dependencies import service

_EMAIL_LIMIT = 254


async def view_absence(request: Request) -> Response:
    """What a person has said of being away, and what can be chosen."""
    return answer(await service(request).absences.view(current_professional(request)))


async def set_absence(request: Request) -> Response:
    """They are away."""
    person, body = current_professional(request), await read(request, AbsenceBody)
    await service(request).absences.set(person, body)
    return nothing()


async def clear_absence(request: Request) -> Response:
    """They are here again."""
    await service(request).absences.clear(current_professional(request))
    return nothing()


async def view_absence_of(request: Request) -> Response:
    """What a council learns of somebody before it delegates."""
    council, email = current_council(request), request.path_params["email"][:_EMAIL_LIMIT]
    return answer(await service(request).absences.for_council(council.authority, email))


routes = [
    Route("/absence", view_absence),
    Route("/absence", set_absence, methods=["PUT"]),
    Route("/absence", clear_absence, methods=["DELETE"]),
    Route("/professionals/{email}/absence", view_absence_of),
]
