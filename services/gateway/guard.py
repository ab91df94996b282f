"""Around every request: its reference, limits per client address, security headers, time measured by route."""

import contextlib
import secrets
import time
from collections import Counter
from ipaddress import IPv6Address, IPv6Network, ip_address
from uuid import uuid4

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.errors import TooMany
from chassis.http import answered
from chassis.security import record
from chassis.telemetry import REQUESTS
from services.gateway.bodies import Bodies, Body
from services.gateway.hosts import Misdirected, host_of, without_broken_host

_CUSTOMER_BITS = 64
_HSTS = "max-age=63072000; includeSubDomains"


def content_policy(nonce: str) -> str:
    """Nothing from elsewhere, no inline code but the one script that carries this answer's nonce."""
    return (
        "default-src 'none'; "
        f"script-src 'self' 'nonce-{nonce}'; "
        "style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; "
        "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    )


class Guard:
    """The outermost layer, around the framework's own answers too. A header that an answer has set is left alone."""

    def __init__(self, app: ASGIApp, *, is_https: bool) -> None:
        self.app = app
        self._bodies = Bodies()
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
        body = Body(scope, receive, client_of(Request(scope)), self._bodies)
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

        with structlog.contextvars.bound_contextvars(request_id=reference):
            try:
                await answered(self.app, scope, body.receive, guarded, _sorry)
            finally:
                body.end()


def _sorry() -> Response:
    """Where not even a page of ours could be drawn."""
    return PlainTextResponse("Sorry, something went wrong. Try again.", 500)


def client_of(request: Request) -> str:
    """The network that a request comes from: an IPv4 address, or the half of an IPv6 one that a customer is given."""
    host = request.client.host if request.client else "unknown"
    with contextlib.suppress(ValueError):
        address = ip_address(host)
        if isinstance(address, IPv6Address):
            mapped = address.ipv4_mapped
            return str(mapped or IPv6Network((address, _CUSTOMER_BITS), strict=False).network_address)
    return host


class ClientLimits:
    """How often one client address may ask in a minute; in this process's memory, auth counts for accounts."""

    def __init__(self, *, requests_per_minute: int, sign_ins_per_minute: int) -> None:
        self._most = {"request": requests_per_minute, "sign-in": sign_ins_per_minute}
        self._minute = 0
        self._counts: Counter[tuple[str, str]] = Counter()

    def check_request(self, request: Request) -> None:
        """Counts a request; TooMany beyond the limit."""
        self._check("request", request)

    def check_sign_in(self, request: Request) -> None:
        """Counts a password, a code or a registration; TooMany beyond the limit."""
        self._check("sign-in", request)

    def _check(self, what: str, request: Request) -> None:
        address = client_of(request)
        minute, seconds = divmod(int(time.monotonic()), 60)
        if minute != self._minute:
            self._minute = minute
            self._counts.clear()
        self._counts[what, address] += 1
        if self._counts[what, address] > self._most[what]:
            if self._counts[what, address] == self._most[what] + 1:
                record("limit.reached", "refused", limit=f"{what}s a minute")
            raise TooMany("too_many_requests", retry_after=60 - seconds)


class Limited:
    """Before a page or the council's door does anything: whether it is asked for here, and not too often."""

    def __init__(self, app: ASGIApp, limits: ClientLimits, hosts: frozenset[str]) -> None:
        self.app = app
        self._limits = limits
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "http":
            request = Request(scope)
            self._limits.check_request(request)
            if host_of(request) not in self._hosts:
                raise Misdirected("unknown_host")
        await self.app(scope, receive, send)
