"""Choose Professional to Re-Assign to: search, select, OK."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis import clock
from services.gateway.kit.form_parsing import verified_form
from services.gateway.kit.request_context import RequestContext
from services.gateway.tasks.views.re_assign import Origin, re_assign_page, selected

_MOST_WORDS = 200
_NOBODY = "Select a work group or a user."


async def show_choices(request: Request) -> Response:
    """Everybody, or the first of them."""
    context, task_id = RequestContext(request), request.path_params["task_id"]
    _, found = await context.reading(lambda person: context.gateway.tasks.choices(person, task_id, ""))
    page = re_assign_page(found, _origin(request.query_params.get("from", "")), clock.today())
    return context.page("re_assign.html", page)


async def choose(request: Request) -> Response:
    """Search narrows, OK gives the form away. What is searched for is a name, so it never stands in an address."""
    context, task_id = RequestContext(request), request.path_params["task_id"]
    form = await verified_form(context)
    person = await context.require_person()
    origin, words, to = _origin(form.text("from")), form.text("words")[:_MOST_WORDS], selected(form.raw("to"))
    is_search = form.raw("action") == "search"
    if to is not None and not is_search:
        await context.gateway.tasks.re_assign(person, task_id, to)
        return context.redirect(f"/{origin}?re_assigned={task_id}")
    found = await context.gateway.tasks.choices(person, task_id, words)
    error = "" if is_search else _NOBODY
    page = re_assign_page(found, origin, clock.today(), words=words, error=error)
    return context.page("re_assign.html", page, 422 if error else 200)


def _origin(text: str) -> Origin:
    return "group-tasks" if text == "group-tasks" else "tasks"


routes = [
    Route("/tasks/{task_id}/re-assign", show_choices),
    Route("/tasks/{task_id}/re-assign", choose, methods=["POST"]),
]
