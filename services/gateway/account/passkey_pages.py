"""The passkeys of an account: what there are, another one in two steps, and one taken away."""

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.errors import NotFound, Refused
from contracts.api.passkeys import LONGEST_ANSWER, NewPasskeyBody, PasskeyAnswerBody
from services.gateway.account.signed_in import posted, signed_in
from services.gateway.account.views import NewPasskeyPage, PasskeyRemovalPage, passkeys_page
from services.gateway.kit.hosts import own_hosts
from services.gateway.kit.request_context import RequestContext
from services.gateway.kit.views.form_errors import form_errors, raise_unless_correctable
from services.gateway.kit.views.frame import FormErrors

PASSKEYS = "/account/passkeys"
_PASSKEY = re.compile(r"[0-9a-f]{64}")


async def show_passkeys(request: Request) -> Response:
    """Those that there are."""
    context, _ = await signed_in(request)
    passkeys = await context.gateway.auth.passkeys(context.cookies.session_token)
    page = passkeys_page(passkeys, _host(context), request.query_params.get("done", ""))
    return context.page("account_passkeys.html", page)


async def show_new(request: Request) -> Response:
    """Step 1: its name, and the password."""
    context, _ = await signed_in(request)
    return context.page("account_passkey_new.html", NewPasskeyPage(host=_host(context)))


async def begin(request: Request) -> Response:
    """Step 2: what the page's script asks the browser for; this browser alone may answer."""
    context, _, form = await posted(request)
    name, token = form.text("name"), context.cookies.session_token
    body = NewPasskeyBody(name=name, password=form.raw("password"), site=context.site)
    try:
        begun = await context.gateway.auth.begin_passkey(token, body, context.origin)
    except Refused as refused:
        raise_unless_correctable(refused)
        page = NewPasskeyPage(name, _host(context), errors=form_errors(refused))
        return context.page("account_passkey_new.html", page, refused.status)
    context.cookies.remember(passkey=begun.challenge_id)
    return context.page("account_passkey_made.html", NewPasskeyPage(name, _host(context), begun.options))


async def add(request: Request) -> Response:
    """What the browser has made."""
    context, _, form = await posted(request)
    challenge_id, answer = context.cookies.browser.passkey or "none", form.raw("answer")[:LONGEST_ANSWER]
    body = PasskeyAnswerBody(challenge_id=challenge_id, answer=answer)
    try:
        await context.gateway.auth.add_passkey(context.cookies.session_token, body)
    except NotFound:
        return context.redirect(f"{PASSKEYS}?done=late")
    except Refused as refused:
        raise_unless_correctable(refused)
        page = NewPasskeyPage(form.text("name"), _host(context), errors=form_errors(refused))
        return context.page("account_passkey_new.html", page, refused.status)
    context.cookies.remember(passkey="")
    return context.redirect(f"{PASSKEYS}?done=added")


async def show_removal(request: Request) -> Response:
    """Which one is to go, and the password."""
    context, _ = await signed_in(request)
    return await _removal(context, request.query_params.get("passkey", ""))


async def remove(request: Request) -> Response:
    """One of them opens nothing any more."""
    context, _, form = await posted(request)
    passkey_id, token = form.text("passkey"), context.cookies.session_token
    if not _PASSKEY.fullmatch(passkey_id):
        return context.redirect(PASSKEYS)
    try:
        await context.gateway.auth.remove_passkey(token, passkey_id, form.raw("password"), context.origin)
    except NotFound:
        return context.redirect(PASSKEYS)
    except Refused as refused:
        raise_unless_correctable(refused)
        return await _removal(context, passkey_id, form_errors(refused), refused.status)
    return context.redirect(f"{PASSKEYS}?done=removed")


async def _removal(
    context: RequestContext, passkey_id: str, errors: FormErrors | None = None, status: int = 200
) -> Response:
    passkeys = await context.gateway.auth.passkeys(context.cookies.session_token)
    found = next((each for each in passkeys if each.passkey_id == passkey_id), None)
    if found is None:
        return context.redirect(PASSKEYS)
    page = PasskeyRemovalPage(passkey_id, found.name, errors or FormErrors())
    return context.page("account_passkey_remove.html", page, status)


def _host(context: RequestContext) -> str:
    """The address of the page, where the portal has several: a passkey is for one of them."""
    hosts = own_hosts(context.gateway.settings.public_url, context.gateway.authorities)
    return context.site.host if len(hosts) > 1 else ""


routes = [
    Route(PASSKEYS, show_passkeys),
    Route(f"{PASSKEYS}/new", show_new),
    Route(f"{PASSKEYS}/new", begin, methods=["POST"]),
    Route(f"{PASSKEYS}/added", add, methods=["POST"]),
    Route(f"{PASSKEYS}/remove", show_removal),
    Route(f"{PASSKEYS}/remove", remove, methods=["POST"]),
]
