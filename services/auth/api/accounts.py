"""The account of whoever is signed in: who they are, their password, and its end."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis import clock
from chassis.http import answer, nothing, read
from contracts.api.accounts import AccountView, DigestBody, PasswordChangeBody, ProfileBody
from contracts.api.auth import PasswordBody, RegistrationDetailsBody
from services.auth.api.dependencies import caller, enter, session_token
from services.auth.api.sessions import created
from services.auth.usecases import accounts as usecases
from services.auth.usecases import digests, profiles


async def show_account(request: Request) -> Response:
    """Who they are, as they have said themselves."""
    _, account = await usecases.owner(enter(request), session_token(request), clock.now())
    view = AccountView(
        email=account.email, details=account.details, profile=account.profile, has_digest=account.has_digest
    )
    return answer(view)


async def change_details(request: Request) -> Response:
    """Replaces who they are."""
    auth, body = enter(request), await read(request, RegistrationDetailsBody)
    await usecases.change_details(auth, session_token(request), body.details, clock.now())
    return nothing()


async def change_profile(request: Request) -> Response:
    """Replaces what they keep about their work."""
    auth, body = enter(request), await read(request, ProfileBody)
    await profiles.change(auth, session_token(request), body, clock.now())
    return nothing()


async def change_password(request: Request) -> Response:
    """Another password; the session goes on under the token that is shown this once."""
    auth, body = enter(request), await read(request, PasswordChangeBody)
    opened = await usecases.change_password(auth, session_token(request), body, caller=caller(request), at=clock.now())
    return answer(created(opened))


async def choose_digest(request: Request) -> Response:
    """One email a day, or one for each thing."""
    auth, body = enter(request), await read(request, DigestBody)
    await digests.choose(auth, session_token(request), is_wanted=body.is_wanted, at=clock.now())
    return nothing()


async def end_digest(request: Request) -> Response:
    """An email for each thing again, for whoever was sent the ticket."""
    await digests.end(enter(request), request.path_params["ticket"], clock.now())
    return nothing()


async def close_account(request: Request) -> Response:
    """The end of it; twice is once."""
    auth, body = enter(request), await read(request, PasswordBody)
    await usecases.close_account(auth, session_token(request), body.password, caller=caller(request), at=clock.now())
    return nothing()


routes = [
    Route("/accounts/current/close", close_account, methods=["POST"]),
    Route("/accounts/current", show_account, methods=["GET"]),
    Route("/accounts/current/details", change_details, methods=["PUT"]),
    Route("/accounts/current/profile", change_profile, methods=["PUT"]),
    Route("/accounts/current/password", change_password, methods=["PUT"]),
    Route("/accounts/current/digest", choose_digest, methods=["PUT"]),
    Route("/digests/{ticket}", end_digest, methods=["DELETE"]),
]
