"""HTTP in: one form, for whoever has it or may have it."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.downloads import download
from chassis.http import answer, nothing, read
from chassis.identity import current_professional
from contracts.api.tasks import AddendumBody, DeclineBody, ExtensionBody, PartDeclineBody
from services.tasks.api.dependencies import service


async def view_task(request: Request) -> Response:
    """A task as its holder sees it."""
    return answer(await service(request).work.view(current_professional(request), request.path_params["task_id"]))


async def look_at_task(request: Request) -> Response:
    """A group's task before it is picked up."""
    return answer(await service(request).work.look(current_professional(request), request.path_params["task_id"]))


async def open_document(request: Request) -> Response:
    """A document that the council sent along, as a download."""
    person, path = current_professional(request), request.path_params
    document, send = await service(request).work.document(person, path["task_id"], path["document_id"])
    return await download(
        request,
        send,
        name=document.name,
        media_type=document.media_type,
        size=document.size or 0,
        mark=document.content_id or "",
    )


async def grant_task(request: Request) -> Response:
    """A grant for whoever has the task."""
    return answer(await service(request).work.grant(current_professional(request), request.path_params["task_id"]))


async def pick_up_task(request: Request) -> Response:
    """A member of the group takes the task."""
    return answer(await service(request).work.pick_up(current_professional(request), request.path_params["task_id"]))


async def decline_task(request: Request) -> Response:
    """A form is declined."""
    person, body = current_professional(request), await read(request, DeclineBody)
    await service(request).asks.decline(person, request.path_params["task_id"], body)
    return nothing()


async def decline_parts(request: Request) -> Response:
    """Parts of a form are declined."""
    person, body = current_professional(request), await read(request, PartDeclineBody)
    await service(request).asks.decline_parts(person, request.path_params["task_id"], body)
    return nothing()


async def ask_for_time(request: Request) -> Response:
    """Somebody needs longer for a form."""
    person, body = current_professional(request), await read(request, ExtensionBody)
    await service(request).asks.ask_for_time(person, request.path_params["task_id"], body)
    return nothing()


async def begin_addendum(request: Request) -> Response:
    """Somebody adds to what they have submitted."""
    person, body = current_professional(request), await read(request, AddendumBody)
    await service(request).addenda.begin(person, request.path_params["task_id"], body)
    return nothing()


async def discard_addendum(request: Request) -> Response:
    """They do not add to it after all."""
    await service(request).addenda.discard(current_professional(request), request.path_params["task_id"])
    return nothing()


routes = [
    Route("/tasks/{task_id}", view_task),
    Route("/tasks/{task_id}/documents/{document_id:path}", open_document),
    Route("/tasks/{task_id}/look", look_at_task),
    Route("/tasks/{task_id}/grant", grant_task, methods=["POST"]),
    Route("/tasks/{task_id}/pickup", pick_up_task, methods=["POST"]),
    Route("/tasks/{task_id}/decline", decline_task, methods=["POST"]),
    Route("/tasks/{task_id}/part-decline", decline_parts, methods=["POST"]),
    Route("/tasks/{task_id}/more-time", ask_for_time, methods=["POST"]),
    Route("/tasks/{task_id}/addendum", begin_addendum, methods=["PUT"]),
    Route("/tasks/{task_id}/addendum", discard_addendum, methods=["DELETE"]),
]
