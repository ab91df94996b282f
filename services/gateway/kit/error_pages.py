"""Refusals and faults as answers: a page in the portal's frame for people, a problem document for programs."""

from collections.abc import Sequence
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import ClassVar
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.types import ExceptionHandler, Scope

from chassis import http, loop
from chassis.errors import Forbidden, Refused, Unauthorised, Unavailable
from chassis.security import record
from chassis.telemetry import log
from services.gateway.kit.request_context import RequestContext, wants_json, what_comes_first
from services.gateway.kit.views.errors import error_page, own_words

SHORT = 8
"""As much of the request's id as a person reads out; its log lines are found by it."""


class InternalError(Refused):
    """Our own mistake, or what the framework answers by itself."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Error"

    @classmethod
    def of(cls, status: int, title: str) -> Refused:
        """The framework's own refusal, with its status."""
        kind = type("HttpFault", (Refused,), {"status": status, "title": title})
        fault: Refused = kind(f"http_{status}")
        return fault


def problem(refused: Refused, *, for_person: bool = False) -> Response:
    """The problem document of a refusal (RFC 9457); a page's script reads the words of the error page in it."""
    title, lines = (for_person and own_words(refused)) or ("", [])
    response = http.problem(refused, title=title, detail="\n".join(lines))
    if refused.status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _is_council(request: Request) -> bool:
    return request.url.path.startswith("/api/")


async def refused(request: Request, error: Exception) -> Response:
    """A refusal of the portal or of a service behind it."""
    assert isinstance(error, Refused)  # noqa: S101 - registered for that class only
    if (first := what_comes_first(error)) and not wants_json(request):
        return RequestContext(request).redirect(first)
    if isinstance(error, Forbidden) or (isinstance(error, Unauthorised) and _is_council(request)):
        client = request.app.state.service.client_key(request)
        record("access.refused", "refused", code=error.code, client=client)
    if _is_council(request) or wants_json(request):
        return problem(error, for_person=not _is_council(request))
    context = RequestContext(request)
    if isinstance(error, Unauthorised):
        back = request.url.path if request.method == "GET" else ""
        ended = "&ended=1" if context.cookies.session_token else ""
        context.end_session()
        return context.redirect(f"/sign-in?next={quote(back)}{ended}")
    if not isinstance(error, Unavailable):
        await context.recognise()
    page = error_page(
        error,
        request.state.reference[:SHORT],
        is_signed_in=bool(context.cookies.session_token),
        typed=getattr(request.state, "typed", []),
        task_id=request.path_params.get("task_id", ""),
    )
    response = await loop.work(loop.weight(page.typed), context.page, "error.html", page, error.status)
    if error.retry_after:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


async def http_error(request: Request, error: Exception) -> Response:
    """What the framework refuses: no such address, a wrong method."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for that class only
    is_typed = error.status_code == HTTPStatus.METHOD_NOT_ALLOWED and request.method == "GET"
    if is_typed and not _is_council(request) and not wants_json(request):
        return RedirectResponse(_page_above(request), 303)
    return await refused(request, InternalError.of(error.status_code, error.detail))


async def bug(request: Request, error: Exception) -> Response:
    """A mistake of ours: logged under the reference that the page shows."""
    log.error("request failed", exc_info=error)
    return await refused(request, InternalError("internal_error"))


def _page_above(request: Request) -> str:
    """The nearest page above an address that takes posted forms only: loaded again or bookmarked, it is no page."""
    for parent in PurePosixPath(request.url.path).parents:
        if _is_page(request.app.routes, {**request.scope, "path": str(parent)}):
            return str(parent)
    return "/"


def _is_page(routes: Sequence[BaseRoute], scope: Scope) -> bool:
    return any(
        _is_page(route.routes, scope) if isinstance(route, Mount) and not route.path else _takes(route, scope)
        for route in routes
    )


def _takes(route: BaseRoute, scope: Scope) -> bool:
    return isinstance(route, Route) and route.matches(scope)[0] is Match.FULL


EXCEPTION_HANDLERS: dict[int | type[Exception], ExceptionHandler] = {
    Refused: refused,
    HTTPException: http_error,
    Exception: bug,
}
