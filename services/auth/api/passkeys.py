"""Passkeys: those of the account of whoever is signed in, and signing in with one."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis import clock
from chassis.http import answer, nothing, read
from contracts.api.auth import PasswordBody
from contracts.api.passkeys import (
    NewPasskeyBody,
    PasskeyAnswerBody,
    PasskeyChallengeBody,
    PasskeyChallengeView,
    PasskeySignInBody,
    PasskeysView,
)
from services.auth.api.dependencies import caller, enter, session_token
from services.auth.api.sessions import created
from services.auth.usecases import passkey_sign_in
from services.auth.usecases import passkeys as usecases


async def show(request: Request) -> Response:
    """The passkeys of the account."""
    return answer(PasskeysView(passkeys=await usecases.show(enter(request), session_token(request), clock.now())))


async def begin_adding(request: Request) -> Response:
    """Step 1: what the authenticator is to make."""
    auth, body = enter(request), await read(request, NewPasskeyBody)
    begun = await usecases.begin_adding(auth, session_token(request), body, caller=caller(request), at=clock.now())
    return answer(_view(begun), status=201)


async def add(request: Request) -> Response:
    """Step 2: what it has made."""
    auth, body = enter(request), await read(request, PasskeyAnswerBody)
    await usecases.add(auth, session_token(request), body, clock.now())
    return nothing()


async def remove(request: Request) -> Response:
    """One of them opens nothing any more."""
    auth, passkey_id = enter(request), request.path_params["passkey_id"]
    body = await read(request, PasswordBody)
    await usecases.remove(
        auth, session_token(request), passkey_id, body.password, caller=caller(request), at=clock.now()
    )
    return nothing()


async def begin_sign_in(request: Request) -> Response:
    """What a passkey is to sign; the same for everybody."""
    auth, body = enter(request), await read(request, PasskeyChallengeBody)
    return answer(_view(await passkey_sign_in.begin(auth, body.site, clock.now())), status=201)


async def sign_in(request: Request) -> Response:
    """A session, whose token is shown this once."""
    auth, body = enter(request), await read(request, PasskeySignInBody)
    return answer(
        created(await passkey_sign_in.sign_in(auth, body, caller=caller(request), at=clock.now())), status=201
    )


def _view(begun: usecases.Begun) -> PasskeyChallengeView:
    return PasskeyChallengeView(challenge_id=begun.challenge_id, options=begun.options)


routes = [
    Route("/passkeys", show, methods=["GET"]),
    Route("/passkeys", add, methods=["POST"]),
    Route("/passkeys/challenges", begin_adding, methods=["POST"]),
    Route("/passkeys/{passkey_id}/remove", remove, methods=["POST"]),
    Route("/passkey-sign-ins", sign_in, methods=["POST"]),
    Route("/passkey-sign-ins/challenges", begin_sign_in, methods=["POST"]),
]
