"""Automatic Replies: whoever is away says so, and who gets new forms meanwhile."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.errors import Refused
from chassis.identity import Professional
from contracts.api.absences import AbsenceView
from services.gateway.kit.form_parsing import verified_form
from services.gateway.kit.request_context import RequestContext
from services.gateway.kit.views.form_errors import form_errors, raise_unless_correctable
from services.gateway.kit.views.frame import FormErrors
from services.gateway.tasks.views.absence import (
    TypedAbsence,
    absence_body,
    absence_page,
    typed_absence,
    unreadable,
)

ADDRESS = "/account/automatic-replies"


async def show(request: Request) -> Response:
    """What stands, and what can be chosen."""
    context, _, view = await _read(request)
    return _page(context, view, done=request.query_params.get("done", ""))


async def save(request: Request) -> Response:
    """Sets the replies, or takes them back."""
    context, person, view = await _read(request)
    form = await verified_form(context)
    if form.text("action") == "off":
        await context.gateway.tasks.clear_absence(person)
        return context.redirect(f"{ADDRESS}?done=off")
    typed = typed_absence(form.text, view)
    errors = FormErrors(unreadable(typed, view))
    if not errors.by_field:
        try:
            await context.gateway.tasks.set_absence(person, absence_body(typed))
        except Refused as refused:
            raise_unless_correctable(refused)
            errors = form_errors(refused)
        else:
            return context.redirect(f"{ADDRESS}?done=on")
    return _page(context, view, typed=typed, errors=errors)


async def _read(request: Request) -> tuple[RequestContext, Professional, AbsenceView]:
    context = RequestContext(request)
    person, view = await context.reading(context.gateway.tasks.absence)
    return context, person, view


def _page(
    context: RequestContext,
    view: AbsenceView,
    *,
    typed: TypedAbsence | None = None,
    errors: FormErrors | None = None,
    done: str = "",
) -> Response:
    authorities = context.gateway.authorities
    councils = {code: authorities.get(code).brand.name for code in authorities.codes}
    page = absence_page(view, councils, typed=typed, errors=errors, done=done)
    return context.page("automatic_replies.html", page, 422 if errors else 200)


routes = [
    Route(ADDRESS, show),
    Route(ADDRESS, save, methods=["POST"]),
]
