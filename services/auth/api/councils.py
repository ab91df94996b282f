"""Access tokens for councils' own programs."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.http import answer, read
from contracts.api.auth import CouncilTokenBody, CouncilTokenView
from services.auth.api.dependencies import caller, enter
from services.auth.usecases.councils import LIFETIME_SECONDS


async def create_token(request: Request) -> Response:
    """OAuth 2.0 client credentials, as the gateway has read them."""
    auth = enter(request)
    body = await read(request, CouncilTokenBody)
    token = auth.councils.token(body.client_id, body.client_secret, caller(request).client)
    return answer(CouncilTokenView(access_token=token, expires_in=LIFETIME_SECONDS))


routes = [Route("/council-tokens", create_token, methods=["POST"])]
