"""Choose Professional to Re-Assign to: search, select, OK; for one form, or for several at once."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis import clock
from services.gateway.kit.form_parsing import verified_form
from services.gateway.kit.request_context import RequestContext
from services.gateway.tasks.selected import LONGEST_ID, origin_of, selected_tasks
from services.gateway.tasks.views.re_assign import re_assign_page, re_assigned_page, selected

_MOST_WORDS = 200
_NOBODY = "Select a work group or a user."
_MANY = "/tasks/re-assign"


async def show_choices(request: Request) -> Response:
    """Everybody, or the first of them."""
    context, task_id = RequestContext(request), request.path_params["task_id"]
    _, found = await context.reading(lambda person: context.gateway.tasks.choices(person, task_id, ""))
    origin = origin_of(request.query_params.get("from", ""))
    page = re_assign_page(found, origin, clock.today(), action=request.url.path)
    return context.page("re_assign.html", page)


async def choose(request: Request) -> Response:
    """Search narrows, OK gives the form away. What is searched for is a name, so it never stands in an address."""
    context, task_id = RequestContext(request), request.path_params["task_id"]
    form = await verified_form(context)
    person = await context.require_person()
    origin, words, to = origin_of(form.text("from")), form.text("words")[:_MOST_WORDS], selected(form.raw("to"))
    is_search = form.raw("action") == "search"
    if to is not None and not is_search:
        await context.gateway.tasks.re_assign(person, task_id, to)
        return context.redirect(f"/{origin}?re_assigned={task_id}")
    found = await context.gateway.tasks.choices(person, task_id, words)
    error = "" if is_search else _NOBODY
    page = re_assign_page(found, origin, clock.today(), action=request.url.path, words=words, error=error)
    return context.page("re_assign.html", page, 422 if error else 200)


async def choose_for_many(request: Request) -> Response:
    """The same for the forms that were selected in a list, or all that one colleague has picked up."""
    context = RequestContext(request)
    form = await verified_form(context)
    person = await context.require_person()
    colleague = form.text("all_of")[:LONGEST_ID]
    task_ids = await context.gateway.tasks.all_of_colleague(person, colleague) if colleague else selected_tasks(form)
    origin = origin_of(form.text("from"))
    if not task_ids:
        return context.redirect(f"/{origin}?none=1")
    words, to, action = form.text("words")[:_MOST_WORDS], selected(form.raw("to")), form.raw("action")
    if to is not None and action == "ok":
        done = await context.gateway.tasks.re_assign_many(person, task_ids, to)
        return context.page("re_assigned.html", re_assigned_page(done, origin), section=origin)
    found = await context.gateway.tasks.choices_of_many(person, task_ids, words)
    error = _NOBODY if action == "ok" else ""
    page = re_assign_page(found, origin, clock.today(), action=_MANY, words=words, error=error)
    return context.page("re_assign.html", page, 422 if error else 200)


async def back_to_the_list(request: Request) -> Response:
    """Opened by its address nothing is selected."""
    return RequestContext(request).redirect("/tasks")


routes = [
    Route(_MANY, back_to_the_list),
    Route(_MANY, choose_for_many, methods=["POST"]),
    Route("/tasks/{task_id}/re-assign", show_choices),
    Route("/tasks/{task_id}/re-assign", choose, methods=["POST"]),
]
