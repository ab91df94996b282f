"""How often one client may ask: checked before a page or the council's API does anything."""

import contextlib
import time
from collections import Counter
from ipaddress import IPv6Address, IPv6Network, ip_address

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.errors import TooMany
from chassis.security import record
from services.gateway.kit.hosts import Misdirected, host_of

_CUSTOMER_BITS = 64


def client_network(request: Request) -> str:
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
        address = client_network(request)
        minute, seconds = divmod(int(time.monotonic()), 60)
        if minute != self._minute:
            self._minute = minute
            self._counts.clear()
        self._counts[what, address] += 1
        if self._counts[what, address] > self._most[what]:
            if self._counts[what, address] == self._most[what] + 1:
                record("limit.reached", "refused", limit=f"{what}s a minute")
            raise TooMany("too_many_requests", retry_after=60 - seconds)


class RateLimitMiddleware:
    """Before a page or the council's API does anything: whether it is asked for here, and not too often."""

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
