"""HTTP in: one function per route, for the gateway."""

from typing import cast, get_args

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis import context
from chassis.downloads import download
from chassis.errors import BadRequest
from chassis.http import answer, nothing, read
from chassis.identity import current_council, current_professional
from contracts.api.absences import AbsenceBody
from contracts.api.council import TakenView
from contracts.api.snoozes import SelectedBody, SnoozeBody
from contracts.api.tasks import (
    AddendumBody,
    DeclineBody,
    ExtensionBody,
    ReAssignBody,
    ReAssignChoicesBody,
    ReAssignManyBody,
    SearchBody,
    Tab,
    TaskIdsView,
    TaskState,
)
from services.tasks.model.listing import DeskFilter
from services.tasks.usecases import TasksService
from services.tasks.usecases.lists import Asked

_LIMIT = 200
_KEY_LIMIT = 200
_PAGES = 1_000
_ID_LIMIT = 200
_EMAIL_LIMIT = 254
_NARROWS = ("form", "authority", "progress")


def _service(request: Request) -> TasksService:
    return cast("TasksService", request.app.state.service)


def _number(request: Request, name: str, default: int, most: int) -> int:
    text = request.query_params.get(name, str(default))
    if not text.isascii() or not text.isdigit():
        raise BadRequest("invalid_parameter", f"{name} must be a number.", field=name)
    return min(max(int(text[:9]), 1), most)


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
    person = current_professional(request)
    asked = Asked(
        tab=cast("Tab", tab),
        page=_number(request, "page", 1, 10_000),
        group_page=_number(request, "group_page", 1, 10_000),
        re_assigned=request.query_params.get("re_assigned", "")[:_ID_LIMIT],
        wanted=DeskFilter(words=words, **{name: request.query_params.get(name, "")[:200] for name in _NARROWS}),
    )
    return answer(await _service(request).lists.of_person(person, asked))


async def view_task(request: Request) -> Response:
    """A task as its holder sees it."""
    return answer(await _service(request).work.view(current_professional(request), request.path_params["task_id"]))


async def look_at_task(request: Request) -> Response:
    """A group's task before it is picked up."""
    return answer(await _service(request).work.look(current_professional(request), request.path_params["task_id"]))


async def open_document(request: Request) -> Response:
    """A document that the council sent along, as a download."""
    person, path = current_professional(request), request.path_params
    document, send = await _service(request).work.document(person, path["task_id"], path["document_id"])
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
    return answer(await _service(request).work.grant(current_professional(request), request.path_params["task_id"]))


async def pick_up_task(request: Request) -> Response:
    """A member of the group takes the task."""
    return answer(await _service(request).work.pick_up(current_professional(request), request.path_params["task_id"]))


async def list_group_tasks(request: Request) -> Response:
    """What was picked up from the groups that a person manages."""
    person, page = current_professional(request), _number(request, "page", 1, _PAGES)
    re_assigned = request.query_params.get("re_assigned", "")[:_ID_LIMIT]
    waiting_page = _number(request, "waiting_page", 1, _PAGES)
    return answer(await _service(request).lists.of_group_members(person, page, re_assigned, waiting_page))


async def decline_task(request: Request) -> Response:
    """A form is declined."""
    person, body = current_professional(request), await read(request, DeclineBody)
    await _service(request).asks.decline(person, request.path_params["task_id"], body)
    return nothing()


async def ask_for_time(request: Request) -> Response:
    """Somebody needs longer for a form."""
    person, body = current_professional(request), await read(request, ExtensionBody)
    await _service(request).asks.ask_for_time(person, request.path_params["task_id"], body)
    return nothing()


async def begin_addendum(request: Request) -> Response:
    """Somebody adds to what they have submitted."""
    person, body = current_professional(request), await read(request, AddendumBody)
    await _service(request).addenda.begin(person, request.path_params["task_id"], body)
    return nothing()


async def discard_addendum(request: Request) -> Response:
    """They do not add to it after all."""
    await _service(request).addenda.discard(current_professional(request), request.path_params["task_id"])
    return nothing()


async def list_choices(request: Request) -> Response:
    """Whom a task may be re-assigned to."""
    person, task_id = current_professional(request), request.path_params["task_id"]
    return answer(await _service(request).re_assigning.choices(person, [task_id], ""))


async def search_choices(request: Request) -> Response:
    """Whom of them the words fit; in the body, because they are people's names."""
    person, body = current_professional(request), await read(request, SearchBody)
    found = await _service(request).re_assigning.choices(person, [request.path_params["task_id"]], body.words)
    return answer(found)


async def re_assign_task(request: Request) -> Response:
    """The task has a new holder."""
    person, body = current_professional(request), await read(request, ReAssignBody)
    await _service(request).re_assigning.re_assign(person, request.path_params["task_id"], body.to)
    return nothing()


async def list_choices_of_many(request: Request) -> Response:
    """Whom several tasks may be re-assigned to."""
    person, body = current_professional(request), await read(request, ReAssignChoicesBody)
    return answer(await _service(request).re_assigning.choices(person, body.task_ids, body.words))


async def list_all_of_colleague(request: Request) -> Response:
    """What whoever has a task has picked up beside it."""
    person, task_id = current_professional(request), request.path_params["task_id"]
    return answer(TaskIdsView(task_ids=await _service(request).re_assigning.all_of_colleague(person, task_id)))


async def re_assign_tasks(request: Request) -> Response:
    """Several tasks have a new holder."""
    person, body = current_professional(request), await read(request, ReAssignManyBody)
    return answer(await _service(request).re_assigning.re_assign_many(person, body.task_ids, body.to))


async def list_selected(request: Request) -> Response:
    """Tasks of their holder, as the list shows them."""
    person, body = current_professional(request), await read(request, SelectedBody)
    return answer(await _service(request).snoozing.selected(person, body.task_ids))


async def snooze_tasks(request: Request) -> Response:
    """Their holder's list is without them for a while."""
    person, body = current_professional(request), await read(request, SnoozeBody)
    return answer(await _service(request).snoozing.snooze(person, body.task_ids, body.until))


async def show_tasks_again(request: Request) -> Response:
    """They are in it again."""
    person, body = current_professional(request), await read(request, SelectedBody)
    await _service(request).snoozing.show_again(person, body.task_ids)
    return nothing()


async def list_due(request: Request) -> Response:
    """The dates of what a person has, for their calendar."""
    return answer(await _service(request).lists.due(current_professional(request)))


async def view_absence(request: Request) -> Response:
    """What a person has said of being away, and what can be chosen."""
    return answer(await _service(request).absences.view(current_professional(request)))


async def set_absence(request: Request) -> Response:
    """They are away."""
    person, body = current_professional(request), await read(request, AbsenceBody)
    await _service(request).absences.set(person, body)
    return nothing()


async def clear_absence(request: Request) -> Response:
    """They are here again."""
    await _service(request).absences.clear(current_professional(request))
    return nothing()


async def view_absence_of(request: Request) -> Response:
    """What a council learns of somebody before it delegates."""
    council, email = current_council(request), request.path_params["email"][:_EMAIL_LIMIT]
    return answer(await _service(request).absences.for_council(council.authority, email))


async def view_delegation(request: Request) -> Response:
    """A delegation's state for its council."""
    council = current_council(request)
    return answer(await _service(request).lists.delegation(council.authority, request.path_params["delegation_id"]))


async def list_delegations(request: Request) -> Response:
    """A council's delegations, page by page."""
    council = current_council(request)
    state = request.query_params.get("state")
    if state is not None and state not in get_args(TaskState):
        raise BadRequest("invalid_parameter", "There is no such state.", field="state")
    after = request.query_params.get("after", "")
    limit = _number(request, "limit", 50, _LIMIT)
    found = await _service(request).lists.delegations(council.authority, cast("TaskState | None", state), after, limit)
    return answer(found)


async def take_message(request: Request) -> Response:
    """A council's message over HTTP."""
    council, name = current_council(request), request.path_params["name"]
    message_id = request.headers.get("idempotency-key", "").strip()
    if not message_id or len(message_id) > _KEY_LIMIT:
        raise BadRequest("idempotency_key_missing", "Send an Idempotency-Key of at most 200 characters.")
    with context.entered(context.of_council(council.authority, message_id)):
        await _service(request).door.take(council.authority, name, await request.body(), message_id)
    return answer(TakenView(message_id=message_id, type=name), status=202)


async def erase_delegation(request: Request) -> Response:
    """A delegation is erased at once."""
    council, delegation_id = current_council(request), request.path_params["delegation_id"]
    await _service(request).retention.erase(council.authority, delegation_id)
    return nothing()


async def hold_delegation(request: Request) -> Response:
    """A legal hold begins, or ends."""
    council, delegation_id = current_council(request), request.path_params["delegation_id"]
    await _service(request).retention.hold(council.authority, delegation_id, is_held=request.method == "PUT")
    return nothing()


routes = [
    Route("/tasks", list_tasks),
    Route("/tasks/search", search_tasks, methods=["POST"]),
    Route("/tasks/{task_id}", view_task),
    Route("/tasks/{task_id}/documents/{document_id:path}", open_document),
    Route("/tasks/{task_id}/look", look_at_task),
    Route("/tasks/{task_id}/grant", grant_task, methods=["POST"]),
    Route("/tasks/{task_id}/pickup", pick_up_task, methods=["POST"]),
    Route("/tasks/{task_id}/decline", decline_task, methods=["POST"]),
    Route("/tasks/{task_id}/more-time", ask_for_time, methods=["POST"]),
    Route("/tasks/{task_id}/addendum", begin_addendum, methods=["PUT"]),
    Route("/tasks/{task_id}/addendum", discard_addendum, methods=["DELETE"]),
    Route("/tasks/{task_id}/re-assign", list_choices),
    Route("/tasks/{task_id}/re-assign", re_assign_task, methods=["POST"]),
    Route("/tasks/{task_id}/re-assign/search", search_choices, methods=["POST"]),
    Route("/re-assign/all-of/{task_id}", list_all_of_colleague),
    Route("/re-assign/choices", list_choices_of_many, methods=["POST"]),
    Route("/re-assign", re_assign_tasks, methods=["POST"]),
    Route("/snooze/choices", list_selected, methods=["POST"]),
    Route("/snooze", snooze_tasks, methods=["POST"]),
    Route("/snooze/end", show_tasks_again, methods=["POST"]),
    Route("/group-tasks", list_group_tasks),
    Route("/calendar", list_due),
    Route("/absence", view_absence),
    Route("/absence", set_absence, methods=["PUT"]),
    Route("/absence", clear_absence, methods=["DELETE"]),
    Route("/professionals/{email}/absence", view_absence_of),
    Route("/council-messages/{name}", take_message, methods=["POST"]),
    Route("/erasures/{delegation_id:path}", erase_delegation, methods=["PUT"]),
    Route("/holds/{delegation_id:path}", hold_delegation, methods=["PUT", "DELETE"]),
    Route("/delegations", list_delegations),
    Route("/delegations/{delegation_id:path}", view_delegation),
]
