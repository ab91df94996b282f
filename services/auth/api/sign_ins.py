"""Signing in: the password, the code, the session."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis import clock
from chassis.http import answer, read
from contracts.api.auth import SignInBody, SignInCodeBody, SignInView
from services.auth.api.dependencies import caller, enter
from services.auth.api.sessions import created
from services.auth.model.session import SignIn
from services.auth.usecases import sign_in as usecases
from services.auth.usecases.context import Auth
from services.auth.usecases.sessions import OpenedSession


async def start_sign_in(request: Request) -> Response:
    """Step 1; sends the code, or answers with a session where the browser is trusted."""
    auth = enter(request)
    body = await read(request, SignInBody)
    begun = await usecases.start_sign_in(
        auth,
        authority=body.authority,
        email=body.email,
        password=body.password,
        caller=caller(request),
        at=clock.now(),
    )
    if isinstance(begun, OpenedSession):
        return answer(SignInView(session=created(begun)), status=201)
    return answer(_view(auth, *begun), status=201)


async def send_code(request: Request) -> Response:
    """Please send me a new code."""
    auth, sign_in_id = enter(request), request.path_params["sign_in_id"]
    return answer(_view(auth, sign_in_id, await usecases.send_sign_in_code(auth, sign_in_id, clock.now())))


async def confirm(request: Request) -> Response:
    """Step 2: a session, whose token is shown this once."""
    auth, sign_in_id = enter(request), request.path_params["sign_in_id"]
    body = await read(request, SignInCodeBody)
    opened = await usecases.confirm_sign_in(
        auth, sign_in_id, body.code, caller=caller(request), at=clock.now(), trust=body.trust
    )
    return answer(created(opened), status=201)


def _view(auth: Auth, sign_in_id: str, sign_in: SignIn) -> SignInView:
    return SignInView(
        sign_in_id=sign_in_id,
        code_expires_at=sign_in.challenge.expires_at,
        factor=sign_in.factor,
        may_email=usecases.may_email(auth, sign_in),
        trusted_days=usecases.trusted_days(auth, sign_in),
    )


routes = [
    Route("/sign-ins", start_sign_in, methods=["POST"]),
    Route("/sign-ins/{sign_in_id}/code", send_code, methods=["POST"]),
    Route("/sign-ins/{sign_in_id}/confirm", confirm, methods=["POST"]),
]
