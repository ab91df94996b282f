"""Decline this form; ask for more time. The council decides, and answers in the portal and by email."""

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis import clock
from chassis.errors import Conflict, Refused
from chassis.identity import Professional
from contracts.api.tasks import DeclineBody, ExtensionBody, TaskView
from services.gateway.kit.form_parsing import SubmittedForm, verified_form
from services.gateway.kit.request_context import RequestContext
from services.gateway.kit.views.form_errors import form_errors
from services.gateway.kit.views.frame import FormErrors
from services.gateway.kit.views.reasons import DECLINE_REASONS, EXTENSION_REASONS
from services.gateway.tasks.views.ask import (
    Told,
    TypedAsk,
    ask_page,
    unreadable,
)
from services.gateway.tasks.views.typed_date import TypedDate

_MOST_LETTERS = 4000
_MOST_OF_A_LINE = 500


class _Journey(NamedTuple):
    """One of the two things that can be asked."""

    template: str
    reasons: Mapping[str, str]
    told: Told


_DECLINE = _Journey("decline.html", DECLINE_REASONS, "declined")
_MORE_TIME = _Journey("more_time.html", EXTENSION_REASONS, "more-time")


async def show(request: Request, journey: _Journey) -> Response:
    """Why, and who else or until when."""
    context = RequestContext(request)
    task_id = request.path_params["task_id"]
    _, task = await context.reading(lambda person: _open(context, person, task_id))
    if journey is _MORE_TIME and task.due_on is None:
        raise Conflict("no_due_date")
    return _page(context, journey, task, TypedAsk(), FormErrors())


async def send(request: Request, journey: _Journey) -> Response:
    """The council is told; what cannot be told yet stays on the page."""
    context, task_id = RequestContext(request), request.path_params["task_id"]
    form = await verified_form(context)
    person = await context.require_person()
    typed = _typed(form)
    errors = FormErrors(unreadable(typed, journey.reasons, asks_until=journey is _MORE_TIME))
    if not errors.by_field:
        try:
            await _ask(context, person, task_id, journey, typed)
        except Refused as refused:
            if not refused.faults:
                raise
            errors = form_errors(refused)
        else:
            return context.redirect(f"/tasks?told={journey.told}")
    return _page(context, journey, await _open(context, person, task_id), typed, errors, 422)


async def _open(context: RequestContext, person: Professional, task_id: str) -> TaskView:
    """The task of whoever has it, or as the members of its group see it."""
    try:
        task = (await context.gateway.tasks.grant(person, task_id)).task
    except Conflict as refused:
        if refused.code != "not_picked_up":
            raise
        task = await context.gateway.tasks.look(person, task_id)
    if task.state not in {"assigned", "returned", "in_group"}:
        raise Conflict("not_open")
    return task


async def _ask(context: RequestContext, person: Professional, task_id: str, journey: _Journey, typed: TypedAsk) -> None:
    tasks = context.gateway.tasks
    said = {
        "reason_code": typed.reason,
        "explanation": typed.explanation,
        "appointment_on": typed.appointment.value,
    }
    if journey is _DECLINE:
        body = DeclineBody.model_validate({**said, "proposed_recipient": typed.recipient})
        await tasks.decline(person, task_id, body)
    else:
        await tasks.ask_for_time(person, task_id, ExtensionBody.model_validate({**said, "until": typed.until.value}))


def _page(  # noqa: PLR0917 - a page, and what is wrong on it
    context: RequestContext,
    journey: _Journey,
    task: TaskView,
    typed: TypedAsk,
    errors: FormErrors,
    status: int = 200,
) -> Response:
    authority = context.gateway.authorities.get(task.authority)
    page = ask_page(task, authority.brand.name, clock.today(), journey.reasons, typed, errors)
    return context.page(journey.template, page, status, section="tasks", authority=authority)


def _typed(form: SubmittedForm) -> TypedAsk:
    return TypedAsk(
        reason=form.text("reason"),
        explanation=form.text("explanation").replace("\r\n", "\n")[:_MOST_LETTERS],
        recipient=" ".join(form.text("recipient").split())[:_MOST_OF_A_LINE],
        until=TypedDate.of("until", form.text),
        appointment=TypedDate.of("appointment", form.text),
    )


routes = [
    Route(f"/tasks/{{task_id}}/{name}", partial(action, journey=journey), methods=[method])
    for name, journey in (("decline", _DECLINE), ("more-time", _MORE_TIME))
    for method, action in (("GET", show), ("POST", send))
]
