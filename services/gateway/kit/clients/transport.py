"""One HTTP client for all services: identity, request id, time-outs, problem documents back into refusals."""

import secrets
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from pydantic import BaseModel, ValidationError

from chassis import clock, context, tracing
from chassis.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    Refused,
    TooLarge,
    TooMany,
    Unauthorised,
    Unavailable,
)
from chassis.identity import GRANT_HEADER, Council, Professional, sign_council, sign_gateway, sign_professional
from chassis.telemetry import log
from chassis.tokens import Signer
from contracts.api.problem import Problem

Principal = Professional | Council | None
"""Who asks: a professional, a council, or the gateway itself while nobody is signed in."""

_USUAL = aiohttp.ClientTimeout(total=2)
_SLOW = aiohttp.ClientTimeout(total=120, connect=10)
_KEEP_ALIVE_SECONDS = 4
"""Shorter than the services' own 5 seconds, so that no request is sent into a connection that is being closed."""
_CONNECTIONS = 200
_SLOW_CONNECTIONS = 1000
_TOKEN_SECONDS = 30
_TOKENS_KEPT = 5000
_REFUSALS: dict[int, type[Refused]] = {
    kind.status: kind
    for kind in (BadRequest, Unauthorised, Forbidden, NotFound, Conflict, TooLarge, TooMany, Unavailable)
}


class IdentityTokenCache:
    """Signed identities, kept for half their life: signing is the dearest part of a page otherwise."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer
        self._kept: dict[tuple[Principal, str], tuple[str, float]] = {}

    def of(self, principal: Principal, audience: str) -> str:
        """A token that says who asks, for one service."""
        at = clock.now().timestamp()
        token, signed_at = self._kept.get((principal, audience), ("", 0.0))
        # A clock that tests move back must not revive a token from its future either.
        if not signed_at <= at < signed_at + _TOKEN_SECONDS:
            if len(self._kept) >= _TOKENS_KEPT:
                self._kept.clear()
            token = self._sign(principal, audience)
            self._kept[principal, audience] = token, at
        return token

    def _sign(self, principal: Principal, audience: str) -> str:
        if isinstance(principal, Professional):
            return sign_professional(self._signer, principal, audience)
        if isinstance(principal, Council):
            return sign_council(self._signer, principal.authority, audience)
        return sign_gateway(self._signer, audience)


@dataclass(frozen=True)
class Download:
    """An answer that is passed on as it comes."""

    status: int
    headers: Mapping[str, str]
    content: aiohttp.StreamReader


def _refusal(status: int, body: bytes) -> Refused:
    kind = _REFUSALS.get(status, Unavailable if status >= 500 else Refused)  # noqa: PLR2004 - the server's fault
    try:
        problem = Problem.model_validate_json(body)
    except ValidationError:
        return kind("unexpected_answer")
    if kind is Unauthorised and problem.code.startswith("token_"):
        # Our own statement was not believed: that is no reason to sign the person out.
        return Unavailable("identity_refused", retry_after=5)
    return kind(
        problem.code,
        problem.detail,
        field=problem.field,
        faults=tuple(problem.faults),
        holder=problem.holder,
        retry_after=problem.retry_after,
    )


def _as_json(body: BaseModel | None, headers: Mapping[str, str] | None) -> tuple[bytes | None, Mapping[str, str]]:
    """What is sent of a body, and the headers with what it is; nothing where there is none."""
    if body is None:
        return None, headers or {}
    return body.model_dump_json().encode(), {**(headers or {}), "Content-Type": "application/json"}


def _session(connections: int, tls: ssl.SSLContext) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(limit=connections, keepalive_timeout=_KEEP_ALIVE_SECONDS, ssl=tls)
    return aiohttp.ClientSession(connector=connector, timeout=_USUAL, auto_decompress=False)


class Transport:
    """Asks the services. Open it within the event loop that uses it."""

    def __init__(self, urls: Mapping[str, str], identities: IdentityTokenCache, ca_file: Path | None = None) -> None:
        self._urls = urls
        self._identities = identities
        tls = ssl.create_default_context(cafile=ca_file)
        self._session = _session(_CONNECTIONS, tls)
        # Apart, so that many slow requests (passwords, uploads, downloads) never keep a page waiting for a connection.
        self._slow_session = _session(_SLOW_CONNECTIONS, tls)

    async def close(self) -> None:
        """Lets go of every connection."""
        await self._session.close()
        await self._slow_session.close()

    def check(self, service: str) -> Callable[[], Awaitable[None]]:
        """A check for /readyz: the service's process answers."""

        async def answers() -> None:
            async with self._session.get(f"{self._urls[service]}/livez") as response:
                response.raise_for_status()

        return answers

    def _headers(
        self, service: str, principal: Principal, grant: str | None, more: Mapping[str, str] | None
    ) -> dict[str, str]:
        known = context.current()
        reference = known.correlation_id if known else secrets.token_hex(16)
        headers = {
            "Authorization": f"Bearer {self._identities.of(principal, service)}",
            "X-Request-ID": reference,
            **tracing.headers(),
            **(more or {}),
        }
        return headers | {GRANT_HEADER: grant} if grant else headers

    @asynccontextmanager
    async def request(  # noqa: PLR0917 - one request, all of it
        self,
        service: str,
        method: str,
        path: str,
        principal: Principal,
        grant: str | None = None,
        headers: Mapping[str, str] | None = None,
        data: Any = None,
        *,
        slow: bool = False,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """One request; Unavailable where the service does not answer in time."""
        try:
            session = self._slow_session if slow else self._session
            async with session.request(
                method,
                self._urls[service] + path,
                headers=self._headers(service, principal, grant, headers),
                data=data,
                timeout=_SLOW if slow else _USUAL,
                allow_redirects=False,
            ) as response:
                yield response
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("service away", service_asked=service, error=type(error).__name__)
            raise Unavailable("service_away", retry_after=5) from error

    async def ask(
        self,
        service: str,
        method: str,
        path: str,
        principal: Principal,
        *,
        grant: str | None = None,
        body: BaseModel | None = None,
        headers: Mapping[str, str] | None = None,
        slow: bool = False,
    ) -> bytes:
        """The answer's body; a problem document is raised as the refusal that it is."""
        data, headers = _as_json(body, headers)
        async with self.request(service, method, path, principal, grant, headers, data, slow=slow) as response:
            return await self.checked(response)

    async def checked(self, response: aiohttp.ClientResponse) -> bytes:
        """The body of an answer; a refusal is raised."""
        content = await response.read()
        if response.status >= 400:  # noqa: PLR2004 - an error
            raise _refusal(response.status, content)
        return content

    @asynccontextmanager
    async def download(
        self,
        service: str,
        path: str,
        principal: Principal,
        grant: str | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        body: BaseModel | None = None,
    ) -> AsyncIterator[Download]:
        """A document as a stream, made from a body where one is given; 206 and 416 are answers like any other."""
        method = "GET" if body is None else "POST"
        data, headers = _as_json(body, headers)
        async with self.request(service, method, path, principal, grant, headers, data, slow=True) as response:
            if response.status >= 400 and response.status != 416:  # noqa: PLR2004 - an error, but not of the range
                raise _refusal(response.status, await response.read())
            yield Download(response.status, response.headers, response.content)
