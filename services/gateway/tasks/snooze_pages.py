"""Hide until a date: what is selected in the list leaves it for a while; and comes back at once by Show again now."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis import clock
from chassis.errors import Refused
from contracts.api.snoozes import SelectedView
from services.gateway.kit.form_parsing import verified_form
from services.gateway.kit.request_context import RequestContext
from services.gateway.kit.views.form_errors import form_errors
from services.gateway.kit.views.frame import FormErrors
from services.gateway.tasks.selected import nothing_selected, selected_tasks
from services.gateway.tasks.views.snooze import snooze_page, snoozed_page
from services.gateway.tasks.views.typed_date import NO_DATE, TypedDate


async def hide(request: Request) -> Response:
    """From the list the page that asks until when; from there the forms are hidden."""
    context = RequestContext(request)
    form = await verified_form(context)
    person = await context.require_person()
    task_ids = selected_tasks(form)
    if not task_ids:
        return context.redirect(nothing_selected(form, "assigned"))
    typed = TypedDate.of("until", form.text)
    errors = FormErrors()
    if form.raw("action") == "ok":
        if until := typed.value:
            try:
                done = await context.gateway.tasks.snooze(person, task_ids, until)
            except Refused as refused:
                if not refused.faults:
                    raise
                errors = form_errors(refused)
            else:
                return context.page("snoozed.html", snoozed_page(done), section="tasks")
        else:
            errors = FormErrors({"until": NO_DATE})
    return _page(context, await context.gateway.tasks.selected(person, task_ids), typed, errors)


def _page(context: RequestContext, selected: SelectedView, typed: TypedDate, errors: FormErrors) -> Response:
    page = snooze_page(selected, clock.today(), typed, errors)
    return context.page("snooze.html", page, 422 if errors.problems else 200, section="tasks")


async def show_again(request: Request) -> Response:
    """What is selected among the hidden forms is in the list from now on."""
    context = RequestContext(request)
    form = await verified_form(context)
    person = await context.require_person()
    task_ids = selected_tasks(form)
    if not task_ids:
        return context.redirect(nothing_selected(form, "snoozed"))
    await context.gateway.tasks.show_again(person, task_ids)
    return context.redirect("/tasks?told=shown-again")


routes = [
    Route("/tasks/snooze", hide, methods=["POST"]),
    Route("/tasks/show-again", show_again, methods=["POST"]),
]
