"""Decline this form, or parts of it; ask for more time. The council decides, and answers in the portal and by email."""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis import clock
from chassis.errors import Conflict, Refused, Unavailable
from chassis.identity import Professional
from contracts.api.tasks import DeclineBody, ExtensionBody, GrantView, PartDeclineBody, TaskView
from contracts.submission import FormSection
from services.gateway.kit.form_parsing import SubmittedForm, verified_form
from services.gateway.kit.request_context import RequestContext
from services.gateway.kit.views.form_errors import form_errors
from services.gateway.kit.views.frame import FormErrors
from services.gateway.kit.views.reasons import DECLINE_REASONS, EXTENSION_REASONS
from services.gateway.tasks.views.ask import (
    Told,
    TypedAsk,
    ask_page,
    parts_of,
    unreadable,
    unselected,
)
from services.gateway.tasks.views.typed_date import TypedDate

_MOST_LETTERS = 4000
_MOST_OF_A_LINE = 500


class _Journey(NamedTuple):
    """One of the two pages on which something is asked."""

    template: str
    reasons: Mapping[str, str]


_DECLINE = _Journey("decline.html", DECLINE_REASONS)
_MORE_TIME = _Journey("more_time.html", EXTENSION_REASONS)
_OPEN = ("assigned", "returned")
_NO_PARTS = "Parts of this form cannot be declined now. Try again in a moment, or decline the whole form."


async def show(request: Request, journey: _Journey) -> Response:
    """Why, and who else or until when."""
    context = RequestContext(request)
    task_id = request.path_params["task_id"]
    _, (task, parts) = await context.reading(lambda person: _open(context, person, task_id, journey))
    if journey is _MORE_TIME and task.due_on is None:
        raise Conflict("no_due_date")
    return _page(context, journey, task, parts, TypedAsk(), FormErrors())


async def send(request: Request, journey: _Journey) -> Response:
    """The council is told; what cannot be told yet stays on the page."""
    context, task_id = RequestContext(request), request.path_params["task_id"]
    form = await verified_form(context)
    person = await context.require_person()
    typed = _typed(form)
    parts = (await _open(context, person, task_id, journey))[1] if typed.what == "parts" else []
    errors = _errors(journey, typed, parts)
    if not errors.problems:
        try:
            told = await _ask(context, person, task_id, journey, parts, typed)
        except Refused as refused:
            if not refused.faults:
                raise
            errors = form_errors(refused)
        else:
            return context.redirect(f"/tasks?told={told}")
    task, parts = await _open(context, person, task_id, journey)
    return _page(context, journey, task, parts, typed, errors, 422)


def _errors(journey: _Journey, typed: TypedAsk, parts: list[FormSection]) -> FormErrors:
    if journey is _MORE_TIME:
        return FormErrors(unreadable(typed, journey.reasons, asks_until=True))
    if typed.what == "parts" and not parts:
        return FormErrors(general=_NO_PARTS)
    return FormErrors({**unselected(typed, parts), **unreadable(typed, journey.reasons, asks_until=False)})


async def _open(
    context: RequestContext, person: Professional, task_id: str, journey: _Journey
) -> tuple[TaskView, list[FormSection]]:
    """The task of whoever has it, and the parts that they may decline; or as the members of its group see it."""
    parts: list[FormSection] = []
    try:
        granted = await context.gateway.tasks.grant(person, task_id)
        task = granted.task
        if journey is _DECLINE and task.state in _OPEN:
            parts = await _parts(context, person, granted)
    except Conflict as refused:
        if refused.code != "not_picked_up":
            raise
        task = await context.gateway.tasks.look(person, task_id)
    if task.state not in {*_OPEN, "in_group"}:
        raise Conflict("not_open")
    return task, parts


async def _parts(context: RequestContext, person: Professional, granted: GrantView) -> list[FormSection]:
    """None while forms is away: the whole form can be declined all the same."""
    with suppress(Unavailable):
        return parts_of(await context.gateway.forms.contribution(person, granted.grant, granted.task.task_id, 0))
    return []


async def _ask(  # noqa: PLR0917 - who asks what, and what was typed
    context: RequestContext,
    person: Professional,
    task_id: str,
    journey: _Journey,
    parts: list[FormSection],
    typed: TypedAsk,
) -> Told:
    """What the task list says of it."""
    tasks = context.gateway.tasks
    said = {
        "reason_code": typed.reason,
        "explanation": typed.explanation,
        "appointment_on": typed.appointment.value,
    }
    if journey is _MORE_TIME:
        days = {"until": typed.until.value, "closed_on": typed.closed.value, "reopens_on": typed.reopens.value}
        await tasks.ask_for_time(person, task_id, ExtensionBody.model_validate({**said, **days}))
        return "more-time"
    said["proposed_recipient"] = typed.recipient
    if typed.what != "parts":
        await tasks.decline(person, task_id, DeclineBody.model_validate(said))
        return "declined"
    declined = [part for part in parts if part.key in typed.parts]
    others = [part.key for part in parts if part not in declined]
    body = PartDeclineBody.model_validate({**said, "sections": declined, "going_on_with": others})
    await tasks.decline_parts(person, task_id, body)
    return "parts-declined"


def _page(  # noqa: PLR0917 - a page, and what is wrong on it
    context: RequestContext,
    journey: _Journey,
    task: TaskView,
    parts: list[FormSection],
    typed: TypedAsk,
    errors: FormErrors,
    status: int = 200,
) -> Response:
    authority = context.gateway.authorities.get(task.authority)
    page = ask_page(task, authority.brand.name, clock.today(), journey.reasons, typed, errors, parts)
    return context.page(journey.template, page, status, section="tasks", authority=authority)


def _typed(form: SubmittedForm) -> TypedAsk:
    return TypedAsk(
        what=form.text("what"),
        parts=tuple(form.texts("sections")),
        reason=form.text("reason"),
        explanation=form.text("explanation").replace("\r\n", "\n")[:_MOST_LETTERS],
        recipient=" ".join(form.text("recipient").split())[:_MOST_OF_A_LINE],
        until=TypedDate.of("until", form.text),
        appointment=TypedDate.of("appointment", form.text),
        closed=TypedDate.of("closed", form.text),
        reopens=TypedDate.of("reopens", form.text),
    )


routes = [
    Route(f"/tasks/{{task_id}}/{name}", partial(action, journey=journey), methods=[method])
    for name, journey in (("decline", _DECLINE), ("more-time", _MORE_TIME))
    for method, action in (("GET", show), ("POST", send))
]
