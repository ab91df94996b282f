"""Registering: three steps, each a door."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis import clock
from chassis.http import answer, nothing, read
from contracts.api.auth import CodeBody, CredentialsBody, RegistrationBody, RegistrationDetailsBody, RegistrationView
from services.auth.api.dependencies import caller, enter
from services.auth.model.registration import Registration
from services.auth.usecases import registration as usecases


async def start_registration(request: Request) -> Response:
    """Step 1."""
    auth = enter(request)
    body = await read(request, RegistrationBody)
    registration_id, registration = await usecases.start_registration(
        auth, authority=body.authority, details=body.details, at=clock.now()
    )
    return answer(_view(registration_id, registration), status=201)


async def show_registration(request: Request) -> Response:
    """What has been typed so far, for Back."""
    auth, registration_id = enter(request), request.path_params["registration_id"]
    return answer(_view(registration_id, await usecases.find_registration(auth, registration_id, clock.now())))


async def change_details(request: Request) -> Response:
    """Step 1 again."""
    auth, registration_id = enter(request), request.path_params["registration_id"]
    body = await read(request, RegistrationDetailsBody)
    changed = await usecases.change_details(auth, registration_id, body.details, clock.now())
    return answer(_view(registration_id, changed))


async def set_credentials(request: Request) -> Response:
    """Step 2; sends the code."""
    auth, registration_id = enter(request), request.path_params["registration_id"]
    body = await read(request, CredentialsBody)
    changed = await usecases.set_credentials(auth, registration_id, body, caller=caller(request), at=clock.now())
    return answer(_view(registration_id, changed))


async def send_code(request: Request) -> Response:
    """Please send me a new code."""
    auth, registration_id = enter(request), request.path_params["registration_id"]
    changed = await usecases.send_registration_code(auth, registration_id, caller=caller(request), at=clock.now())
    return answer(_view(registration_id, changed))


async def confirm(request: Request) -> Response:
    """Step 3."""
    auth, registration_id = enter(request), request.path_params["registration_id"]
    body = await read(request, CodeBody)
    await usecases.confirm_registration(auth, registration_id, body.code, caller=caller(request), at=clock.now())
    return nothing()


def _view(registration_id: str, registration: Registration) -> RegistrationView:
    return RegistrationView(
        registration_id=registration_id,
        authority=registration.authority,
        details=registration.details,
        email=registration.email,
        code_expires_at=registration.challenge.expires_at if registration.challenge else None,
    )


routes = [
    Route("/registrations", start_registration, methods=["POST"]),
    Route("/registrations/{registration_id}", show_registration, methods=["GET"]),
    Route("/registrations/{registration_id}/details", change_details, methods=["PUT"]),
    Route("/registrations/{registration_id}/credentials", set_credentials, methods=["PUT"]),
    Route("/registrations/{registration_id}/code", send_code, methods=["POST"]),
    Route("/registrations/{registration_id}/confirm", confirm, methods=["POST"]),
]
