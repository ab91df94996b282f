"""Whoever is signed in at a page of their account, and what they posted there."""

from starlette.requests import Request

from chassis.identity import Professional
from services.gateway.kit.form_parsing import SubmittedForm, verified_form
from services.gateway.kit.request_context import RequestContext


async def signed_in(request: Request) -> tuple[RequestContext, Professional]:
    """The request, and who makes it."""
    context = RequestContext(request)
    return context, await context.require_person()


async def posted(request: Request) -> tuple[RequestContext, Professional, SubmittedForm]:
    """The same with its form, made by this portal for this browser."""
    context, person = await signed_in(request)
    return context, person, await verified_form(context)
