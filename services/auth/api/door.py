"""What every door of auth does first."""

from starlette.requests import Request

from chassis.identity import require_gateway
from services.auth.usecases.context import Auth


def enter(request: Request) -> Auth:
    """Lets the gateway in and nobody else; gives what the use cases work with."""
    require_gateway(request)
    auth: Auth = request.app.state.service
    return auth
