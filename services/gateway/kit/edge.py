"""Around every request: its reference, its body within bounds, the answer's headers, time measured by route."""

import secrets
import time
from uuid import uuid4

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.http import answered, in_request, route_of
from chassis.telemetry import REQUESTS
from services.gateway.kit.hosts import without_broken_host
from services.gateway.kit.limits import client_network
from services.gateway.kit.request_body import OpenBodies, RequestBody
from services.gateway.kit.security_headers import SecurityHeaders, is_inside


class EdgeMiddleware:
    """The outermost layer, around the framework's own answers too."""

    def __init__(self, app: ASGIApp, *, is_https: bool) -> None:
        self.app = app
        self._bodies = OpenBodies()
        self._security_headers = SecurityHeaders(is_https=is_https)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; what a client says about its own id is not believed."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        reference, nonce, started = uuid4().hex, secrets.token_urlsafe(16), time.perf_counter()
        body = RequestBody(scope, receive, client_network(Request(scope)), self._bodies)
        scope["headers"] = without_broken_host(scope["headers"])
        scope.setdefault("state", {}).update(nonce=nonce, reference=reference, body=body)

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                self._security_headers.add_to(headers, nonce, inside=is_inside(scope))
                headers["X-Request-ID"] = reference
                taken = time.perf_counter() - started
                REQUESTS.labels(route_of(scope), scope["method"], message["status"]).observe(taken)
            await send(message)

        with in_request(reference):
            try:
                await answered(self.app, scope, body.receive, completed, _sorry)
            finally:
                body.end()


def _sorry() -> Response:
    """Where not even a page of ours could be rendered."""
    return PlainTextResponse("Sorry, something went wrong. Try again.", 500)
