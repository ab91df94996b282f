"""What is posted before anybody is signed in: a password, a code, a passkey, a registration; and what comes after."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from contracts.api.auth import SessionCreated
from services.gateway.kit.form_parsing import SubmittedForm, verified_form
from services.gateway.kit.request_context import RequestContext
from services.gateway.sign_in.interrupted import resume

_LONGEST = 500
"""Of an address to go on to, in letters: a browser drops a cookie of more than 4,096 bytes, and the code with it."""


async def attempt(request: Request) -> tuple[RequestContext, SubmittedForm]:
    """The request and its form: counted before anything of it is read, and made by this portal for this browser."""
    context = RequestContext(request)
    context.gateway.limits.check_sign_in(request)
    return context, await verified_form(context)


def local(address: str) -> str:
    """An address of this portal; none where it leads elsewhere, or is too long for the cookie that keeps it."""
    if len(address) > _LONGEST:
        return ""
    parts = urlsplit(address)
    is_local = (
        address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    )
    return address if is_local else ""


async def go_on(context: RequestContext, session: SessionCreated, unsaved: str) -> Response:
    """Signed in, and on to where the person wanted to be; what was typed on the way there is not lost."""
    after = context.cookies.browser.next or "/tasks"
    context.start_session(session)
    return await resume(context, unsaved) if unsaved else context.redirect(after)
