"""Resetting a password: address, code, new password."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis import clock
from chassis.http import answer, nothing, read
from contracts.api.accounts import NewPasswordBody
from contracts.api.auth import CodeBody, DevicesView, ResetBody, ResetView
from services.auth.api.dependencies import caller, enter
from services.auth.usecases import resets as usecases


async def start_reset(request: Request) -> Response:
    """Step 1; the same answer whether there is an account or not."""
    auth = enter(request)
    body = await read(request, ResetBody)
    reset_id = await usecases.start_reset(
        auth, authority=body.authority, email=body.email, caller=caller(request), at=clock.now()
    )
    return answer(ResetView(reset_id=reset_id), status=201)


async def send_code(request: Request) -> Response:
    """Please send me a new code."""
    await usecases.send_reset_code(enter(request), request.path_params["reset_id"], clock.now())
    return nothing()


async def confirm(request: Request) -> Response:
    """Step 2."""
    auth, reset_id = enter(request), request.path_params["reset_id"]
    body = await read(request, CodeBody)
    await usecases.confirm_reset(auth, reset_id, body.code, caller=caller(request), at=clock.now())
    return nothing()


async def set_password(request: Request) -> Response:
    """Step 3."""
    auth, reset_id = enter(request), request.path_params["reset_id"]
    body = await read(request, NewPasswordBody)
    devices = await usecases.set_new_password(auth, reset_id, body, caller=caller(request), at=clock.now())
    return answer(DevicesView(devices=devices))


routes = [
    Route("/resets", start_reset, methods=["POST"]),
    Route("/resets/{reset_id}/code", send_code, methods=["POST"]),
    Route("/resets/{reset_id}/confirm", confirm, methods=["POST"]),
    Route("/resets/{reset_id}/password", set_password, methods=["PUT"]),
]
