"""The session whose token the gateway sends in `Portal-Session`."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis import clock
from chassis.http import answer, nothing
from contracts.api.auth import SessionView
from services.auth.api.dependencies import enter, session_token
from services.auth.usecases import sessions as usecases


async def show_session(request: Request) -> Response:
    """Who is signed in; `?touch=1` says that the person has done something."""
    auth, touch = enter(request), request.query_params.get("touch") == "1"
    session, idle_until = await usecases.find_session(auth, session_token(request), at=clock.now(), touch=touch)
    view = SessionView(
        account_id=session.account_id,
        authority=session.authority,
        email=session.email,
        name=session.name,
        role=session.role,
        organisation=session.organisation,
        idle_expires_at=idle_until,
        absolute_expires_at=session.ends_at,
    )
    return answer(view)


async def end_session(request: Request) -> Response:
    """Logout."""
    await usecases.sign_out(enter(request), session_token(request))
    return nothing()


routes = [
    Route("/sessions/current", show_session, methods=["GET"]),
    Route("/sessions/current", end_session, methods=["DELETE"]),
]
