"""HTTP doors: bodies in, answers and problem documents out (RFC 9457)."""

import re
import time
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import uuid4

import structlog
from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, ExceptionHandler, Receive, Scope, Send

from chassis import context, loop, tracing
from chassis.errors import DATABASE_AWAY, AlreadyHandled, BadRequest, Conflict, Refused, TryLater, Unavailable
from chassis.telemetry import REQUESTS, log
from contracts.api.problem import Problem
from contracts.base import Fault

Body = TypeVar("Body", bound=BaseModel)
REQUEST_ID = "x-request-id"
_REQUEST_ID = re.compile(r"[0-9a-f]{32}")
"""As the gateway makes them; whatever else stands there is not its word."""

DOWNLOAD_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Nothing that somebody sent is ever shown by a browser in the portal's own name (reliability R19)."""


async def read(request: Request, model: type[Body]) -> Body:
    """The body as its model; BadRequest names each fault by its path."""
    body = await request.body()
    try:
        return await loop.work(len(body), model.model_validate_json, body)
    except ValidationError as error:
        faults = tuple(
            Fault(path="/".join(str(step) for step in fault["loc"]), code=fault["type"], message=fault["msg"])
            for fault in error.errors(include_url=False, include_input=False)
        )
        raise BadRequest("invalid_body", "The request's body is not what it should be.", faults=faults) from error


def answer(model: BaseModel, status: int = 200) -> Response:
    """A model as JSON."""
    return Response(model.model_dump_json(by_alias=True), status_code=status, media_type="application/json")


def nothing() -> Response:
    """Done, and nothing to say."""
    return Response(status_code=204)


def problem(refused: Refused, *, title: str = "", detail: str = "") -> Response:
    """The problem document of a refusal, in its own words or in those of whoever answers."""
    document = Problem(
        title=title or refused.title,
        status=refused.status,
        code=refused.code,
        detail=detail or refused.detail,
        field=refused.field,
        faults=list(refused.faults),
        holder=refused.holder,
        retry_after=refused.retry_after,
    )
    headers = {"Retry-After": str(refused.retry_after)} if refused.retry_after else {}
    return Response(
        document.model_dump_json(exclude_none=True),
        status_code=refused.status,
        media_type="application/problem+json",
        headers=headers,
    )


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101 - registered for that class only
    return problem(error)


async def _already_handled(_: Request, __: Exception) -> Response:
    return problem(Conflict("already_handled", "That was done before."))


async def _try_later(_: Request, error: Exception) -> Response:
    assert isinstance(error, TryLater)  # noqa: S101 - registered for that class only
    return problem(Unavailable("busy", "Nothing was changed. Try again in a moment.", retry_after=error.after))


async def _database_away(_: Request, error: Exception) -> Response:
    log.warning("database away", error=repr(error))
    return problem(Unavailable("database_away", "Nothing was changed. Try again in a moment.", retry_after=5))


async def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for that class only
    document = Problem(title=error.detail, status=error.status_code, code=f"http_{error.status_code}")
    return Response(
        document.model_dump_json(exclude_none=True),
        status_code=error.status_code,
        media_type="application/problem+json",
    )


def _sorry() -> Response:
    document = Problem(title="Error", status=500, code="internal_error")
    return Response(document.model_dump_json(exclude_none=True), status_code=500, media_type="application/problem+json")


async def _bug(_: Request, error: Exception) -> Response:
    log.error("request failed", exc_info=error)
    return _sorry()


EXCEPTION_HANDLERS: dict[int | type[Exception], ExceptionHandler] = {
    Refused: _refused,
    AlreadyHandled: _already_handled,
    TryLater: _try_later,
    **dict.fromkeys(DATABASE_AWAY, _database_away),
    TimeoutError: _database_away,
    HTTPException: _http_error,
    Exception: _bug,
}


class App(Starlette):
    """Starlette with a layer of ours around all of it, its own answer to a failure included."""

    def __init__(self, *, around: Callable[[ASGIApp], ASGIApp], **given: Any) -> None:
        super().__init__(**given)
        self._around = around

    def build_middleware_stack(self) -> ASGIApp:
        """Called once, by Starlette."""
        return self._around(super().build_middleware_stack())


async def answered(app: ASGIApp, scope: Scope, receive: Receive, send: Send, sorry: Callable[[], Response]) -> None:
    """Runs one request; a failure ends here, with `sorry` where nothing was answered yet.

    A server that met the exception would log it again, not as JSON, and close the connection: the next request that a
    client sends into that connection of its pool would fail for no fault of its own.
    """
    is_answered = False

    async def watched(message: MutableMapping[str, Any]) -> None:
        nonlocal is_answered
        is_answered = True
        await send(message)

    try:
        await app(scope, receive, watched)
    except Exception as error:  # noqa: BLE001 - whatever it was
        if not is_answered:
            log.error("request failed", exc_info=error)
            await sorry()(scope, receive, send)


@contextmanager
def in_request(request_id: str) -> Iterator[None]:
    """What is done for a request says so, in the logs and in the context that it hands on."""
    with (
        structlog.contextvars.bound_contextvars(request_id=request_id),
        context.entered(context.of_request(request_id)),
    ):
        yield


def route_of(scope: Scope) -> str:
    """The route that is asked for, never the address; its span is called so."""
    route = str(getattr(scope.get("route"), "path", "none"))
    tracing.note(f"{scope['method']} {route}".strip(), **{"http.route": route})
    return route


class RequestMetrics:
    """Gives the request its context and measures its time by route, never by address."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = Headers(scope=scope).get(REQUEST_ID, "")
        if not _REQUEST_ID.fullmatch(request_id):
            request_id = uuid4().hex
        started, status, route = time.perf_counter(), 500, "none"

        async def observed(message: MutableMapping[str, Any]) -> None:
            nonlocal status, route
            if message["type"] == "http.response.start":
                status, route = message["status"], route_of(scope)
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID] = request_id
                for name, value in DOWNLOAD_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        with in_request(request_id):
            await answered(self._app, scope, receive, observed, _sorry)
        REQUESTS.labels(route, scope["method"], status).observe(time.perf_counter() - started)
