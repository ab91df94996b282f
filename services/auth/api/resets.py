"""Resetting a password: address, code, new password."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis import clock
from chassis.http import answer, nothing, read
from contracts.api.auth import CodeBody, NewPasswordBody, ResetBody, ResetView
from services.auth.api.door import enter
from services.auth.usecases import resets as usecases


async def start_reset(request: Request) -> Response:
    """Step 1; the same answer whether there is an account or not."""
    auth = enter(request)
    body = await read(request, ResetBody)
    reset_id = await usecases.start_reset(auth, authority=body.authority, email=body.email, at=clock.now())
    return answer(ResetView(reset_id=reset_id), status=201)


async def confirm(request: Request) -> Response:
    """Step 2."""
    auth = enter(request)
    body = await read(request, CodeBody)
    await usecases.confirm_reset(auth, request.path_params["reset_id"], body.code, clock.now())
    return nothing()


async def set_password(request: Request) -> Response:
    """Step 3."""
    auth = enter(request)
    body = await read(request, NewPasswordBody)
    await usecases.set_new_password(auth, request.path_params["reset_id"], body, clock.now())
    return nothing()


routes = [
    Route("/resets", start_reset, methods=["POST"]),
    Route("/resets/{reset_id}/confirm", confirm, methods=["POST"]),
    Route("/resets/{reset_id}/password", set_password, methods=["PUT"]),
]
