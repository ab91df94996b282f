"""What an operator asks for: `./portal sessions` speaks as the gateway does; no page leads here."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis import clock
from chassis.http import answer, read
from contracts.api.accounts import AddressBody, EndedSessionsView
from services.auth.api.dependencies import enter
from services.auth.usecases import operators


async def end_sessions(request: Request) -> Response:
    """Signs an address out everywhere; twice is once. In the body, because addresses of requests stand in logs."""
    auth, body = enter(request), await read(request, AddressBody)
    return answer(EndedSessionsView(ended=await operators.end_sessions(auth, body.email, clock.now())))


routes = [Route("/ended-sessions", end_sessions, methods=["POST"])]
