"""What every door of auth does first."""

from starlette.requests import Request

from chassis.identity import require_gateway
from services.auth.model.devices import Caller
from services.auth.usecases.context import Auth

BROWSER_HEADER = "Portal-Browser"
CLIENT_HEADER = "Portal-Client"
DEVICES_HEADER = "Portal-Devices"
SESSION_HEADER = "Portal-Session"
TRUSTS_HEADER = "Portal-Trusts"


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
    headers = (CLIENT_HEADER, DEVICES_HEADER, BROWSER_HEADER, TRUSTS_HEADER, SESSION_HEADER)
    return Caller(*(request.headers.get(name, "") for name in headers))
