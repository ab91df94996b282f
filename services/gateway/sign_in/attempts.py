"""What is posted before anybody is signed in: a password, a code, a registration."""

from starlette.requests import Request

from services.gateway.kit.form_parsing import SubmittedForm, verified_form
from services.gateway.kit.request_context import RequestContext


async def attempt(request: Request) -> tuple[RequestContext, SubmittedForm]:
    """The request and its form: counted before anything of it is read, and made by this portal for this browser."""
    context = RequestContext(request)
    context.gateway.limits.check_sign_in(request)
    return context, await verified_form(context)
