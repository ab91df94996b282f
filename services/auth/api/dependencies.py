"""What every door of auth does first."""

from starlette.requests import Request

from chassis.identity import require_gateway
from services.auth.model.devices import Caller
from services.auth.usecases.context import Auth

CLIENT_HEADER = "Portal-Client"
DEVICES_HEADER = "Portal-Devices"
SESSION_HEADER = "Portal-Session"


def enter(request: Request) -> Auth:
    """Lets the gateway in and nobody else; gives what the use cases work with."""
    require_gateway(request)
    auth: Auth = request.app.state.service
    return auth


def session_token(request: Request) -> str:
    """Whose session it is, as the gateway says; empty where it is nobody's."""
    return request.headers.get(SESSION_HEADER, "")


def caller(request: Request) -> Caller:
    """Where the request comes from, as the gateway says."""
    return Caller(request.headers.get(CLIENT_HEADER, ""), request.headers.get(DEVICES_HEADER, ""))
