"""The authenticator app of the account of whoever is signed in."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis import clock
from chassis.http import answer, nothing, read
from contracts.api.auth import AuthenticatorAdded, AuthenticatorBody, PasswordBody, RecoveryCodesView
from services.auth.api.dependencies import caller, enter, session_token
from services.auth.api.sessions import created
from services.auth.usecases import authenticators as usecases


async def show(request: Request) -> Response:
    """The app that there is, and what is needed to add one, or another."""
    return answer(await usecases.show(enter(request), session_token(request), clock.now()))


async def add(request: Request) -> Response:
    """Adds the app that gives the code; the recovery codes are shown this once."""
    auth, body = enter(request), await read(request, AuthenticatorBody)
    codes, session = await usecases.add(auth, session_token(request), body, caller=caller(request), at=clock.now())
    return answer(AuthenticatorAdded(codes=codes, session=created(session)), status=201)


async def remove(request: Request) -> Response:
    """Codes come by email again."""
    auth, body = enter(request), await read(request, PasswordBody)
    await usecases.remove(auth, session_token(request), body.password, caller=caller(request), at=clock.now())
    return nothing()


async def renew_codes(request: Request) -> Response:
    """Other recovery codes, shown this once."""
    auth, body = enter(request), await read(request, PasswordBody)
    codes = await usecases.renew_codes(
        auth, session_token(request), body.password, caller=caller(request), at=clock.now()
    )
    return answer(RecoveryCodesView(codes=codes), status=201)


routes = [
    Route("/authenticator", show, methods=["GET"]),
    Route("/authenticator", add, methods=["POST"]),
    Route("/authenticator/remove", remove, methods=["POST"]),
    Route("/authenticator/recovery-codes", renew_codes, methods=["POST"]),
]
