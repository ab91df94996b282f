"""Signing in with a passkey: the page's script asks what is to be signed, and posts what the authenticator says."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.errors import NotFound, Refused
from contracts.api.passkeys import LONGEST_ANSWER, PasskeyChallengeBody, PasskeySignInBody
from services.gateway.kit.unsaved_form import FIELD
from services.gateway.kit.views.form_errors import form_errors, raise_unless_correctable
from services.gateway.sign_in.attempts import attempt, go_on, local
from services.gateway.sign_in.views import SignInPage


async def begin(request: Request) -> Response:
    """What any passkey of this address is to sign; this browser alone may answer."""
    context, _ = await attempt(request)
    begun = await context.gateway.auth.begin_passkey_sign_in(PasskeyChallengeBody(site=context.site))
    context.cookies.remember(passkey=begun.challenge_id)
    return context.json(begun.options)


async def sign_in(request: Request) -> Response:
    """Signed: in, and on to where the person wanted to be."""
    context, form = await attempt(request)
    unsaved, after = form.raw(FIELD), local(form.text("next"))
    body = PasskeySignInBody(
        authority=context.authority.code,
        challenge_id=context.cookies.browser.passkey or "none",
        answer=form.raw("answer")[:LONGEST_ANSWER],
    )
    try:
        session = await context.gateway.auth.sign_in_with_passkey(body, context.origin)
    except NotFound:
        return context.page("sign_in.html", SignInPage(timed_out=True, next=after, unsaved=unsaved))
    except Refused as refused:
        raise_unless_correctable(refused)
        page = SignInPage(form_errors(refused), next=after, unsaved=unsaved)
        return context.page("sign_in.html", page, refused.status)
    context.cookies.remember(next=after)
    return await go_on(context, session, unsaved)


routes = [
    Route("/sign-in/passkey/challenge", begin, methods=["POST"]),
    Route("/sign-in/passkey", sign_in, methods=["POST"]),
]
