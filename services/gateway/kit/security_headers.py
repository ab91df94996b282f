"""Around every request: its reference, security headers, its body within bounds, time measured by route."""

import secrets
import time
from uuid import uuid4

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.http import answered, in_request
from chassis.telemetry import REQUESTS
from services.gateway.kit.hosts import without_broken_host
from services.gateway.kit.limits import client_network
from services.gateway.kit.request_body import OpenBodies, RequestBody

_HSTS = "max-age=63072000; includeSubDomains"


def content_policy(nonce: str) -> str:
    """Nothing from elsewhere, no inline code but the one script that carries this answer's nonce."""
    return (
        "default-src 'none'; "
        f"script-src 'self' 'nonce-{nonce}'; "
        "style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; "
        "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    )


class SecurityHeadersMiddleware:
    """The outermost layer, around the framework's own answers too. A header that an answer has set is left alone."""

    def __init__(self, app: ASGIApp, *, is_https: bool) -> None:
        self.app = app
        self._bodies = OpenBodies()
        self._headers = {
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
            "Cache-Control": "no-store",
        }
        if is_https:
            self._headers["Strict-Transport-Security"] = _HSTS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; what a client says about its own id is not believed."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        reference, nonce, started = uuid4().hex, secrets.token_urlsafe(16), time.perf_counter()
        body = RequestBody(scope, receive, client_network(Request(scope)), self._bodies)
        scope["headers"] = without_broken_host(scope["headers"])
        scope.setdefault("state", {}).update(nonce=nonce, reference=reference, body=body)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Content-Security-Policy", content_policy(nonce))
                headers["X-Request-ID"] = reference
                route = getattr(scope.get("route"), "path", "none")
                REQUESTS.labels(route, scope["method"], message["status"]).observe(time.perf_counter() - started)
            await send(message)

        with in_request(reference):
            try:
                await answered(self.app, scope, body.receive, guarded, _sorry)
            finally:
                body.end()


def _sorry() -> Response:
    """Where not even a page of ours could be rendered."""
    return PlainTextResponse("Sorry, something went wrong. Try again.", 500)
