"""The council's HTTP API: `/api/council/v1/`, for case-management systems with a token of their own."""

import base64
import binascii
from urllib.parse import unquote_plus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from chassis.context import Actor, act_as
from chassis.errors import BadRequest, Unauthorised
from chassis.identity import Council
from contracts.api.auth import CouncilTokenBody
from services.gateway.kit.clients import RequestOrigin
from services.gateway.kit.form_parsing import read_form
from services.gateway.kit.gateway import Gateway
from services.gateway.kit.request_body import body_of
from services.gateway.kit.streaming_proxy import proxy_response
from services.gateway.kit.views.due import due_explained

LARGEST_BODY = 16 * 1024 * 1024
_RANGE_HEADERS = ("Range", "If-Range")
_LIST_PARAMETERS = ("state", "waits_for", "after", "limit")


def _gateway(request: Request) -> Gateway:
    gateway: Gateway = request.app.state.service
    return gateway


def _council(request: Request) -> Council:
    """The council whose token came along."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthorised("token_missing", "Send an access token from /api/council/v1/token.")
    claims = _gateway(request).council_tokens.verify(token.strip())
    authority = str(claims["authority"])
    act_as(Actor("council", authority), authority)
    return Council(authority)


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, coded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return unquote_plus(client_id), unquote_plus(secret)


async def token(request: Request) -> Response:
    """OAuth 2.0 client credentials: by HTTP Basic or in the form."""
    _gateway(request).limits.check_sign_in(request)
    form = await read_form(request)
    if form.text("grant_type") not in ("client_credentials", ""):
        return JSONResponse({"error": "unsupported_grant_type"}, 400)
    client_id, secret = _basic(request) or (form.text("client_id"), form.text("client_secret"))
    try:
        granted = await _gateway(request).auth.council_token(
            CouncilTokenBody(client_id=client_id, client_secret=secret),
            RequestOrigin(_gateway(request).client_key(request)),
        )
    except Unauthorised:
        return JSONResponse({"error": "invalid_client"}, 401, {"WWW-Authenticate": 'Basic realm="portal"'})
    return JSONResponse(granted.model_dump(), headers={"Pragma": "no-cache"})


async def document(request: Request) -> Response:
    """A document of a submission, whole or in parts."""
    asked = {name: request.headers[name] for name in _RANGE_HEADERS if name in request.headers}
    council, document_id = _council(request), request.path_params["document_id"]
    return await proxy_response(_gateway(request).documents.open(council, document_id, asked), document_id)


async def receipt(request: Request) -> Response:
    """The council has the document; it need not be kept here."""
    await _gateway(request).documents.confirm_receipt(_council(request), request.path_params["document_id"])
    return Response(status_code=204)


async def delegation(request: Request) -> Response:
    """A delegation's state."""
    found = await _gateway(request).tasks.delegation(_council(request), request.path_params["delegation_id"])
    return JSONResponse(found.model_dump(mode="json"))


async def delegations(request: Request) -> Response:
    """The delegations of the council, page by page."""
    query = {name: request.query_params[name] for name in _LIST_PARAMETERS if name in request.query_params}
    found = await _gateway(request).tasks.delegations(_council(request), query)
    return JSONResponse(found.model_dump(mode="json"))


async def due_dates(request: Request) -> Response:
    """The dates that a form would get, and why, before it is delegated."""
    gateway, council = _gateway(request), _council(request)
    found = await gateway.tasks.due_dates(council, request.query_params)
    why = due_explained(found.due, gateway.authorities.get(council.authority))
    return JSONResponse(found.model_copy(update={"why": why}).model_dump(mode="json"))


async def absence(request: Request) -> Response:
    """Whether a professional is away, and who gets what was meant for them."""
    found = await _gateway(request).tasks.absence_of(_council(request), request.path_params["email"])
    return JSONResponse(found.model_dump(mode="json"))


async def put_form(request: Request) -> Response:
    """A form definition, taken whole or refused with every fault."""
    council = _council(request)
    body_of(request).allow(LARGEST_BODY, council.authority)
    if not (body := await request.body()):
        raise BadRequest("invalid_body", "Send the definition as JSON.")
    status, answer, media_type = await _gateway(request).forms.put_definition(
        council, request.path_params["code"], body
    )
    return Response(answer, status, media_type=media_type)


async def message(request: Request) -> Response:
    """A message that would else come over the broker."""
    council = _council(request)
    body_of(request).allow(LARGEST_BODY, council.authority)
    key = request.headers.get("idempotency-key", "")
    name, body = request.path_params["name"], await request.body()
    taken = await _gateway(request).council.take(council, name, key, body)
    return JSONResponse(taken.model_dump(), status_code=202)


async def events(request: Request) -> Response:
    """What went to the council's outbox, oldest first; `after` is the cursor of the last page."""
    council, query = _council(request), request.query_params
    limit = query.get("limit", "50")
    if not limit.isascii() or not limit.isdigit():
        raise BadRequest("invalid_parameter", "limit must be a number.", field="limit")
    page = await _gateway(request).council.events(council, query.get("after", ""), min(max(int(limit[:6]), 1), 200))
    return JSONResponse(page.model_dump(mode="json"))


routes = [
    Mount(
        "/api/council/v1",
        routes=[
            Route("/token", token, methods=["POST"]),
            Route("/documents/{document_id}", document),
            Route("/documents/{document_id}/receipt", receipt, methods=["POST"]),
            Route("/messages/{name}", message, methods=["POST"]),
            Route("/events", events),
            Route("/professionals/{email}/absence", absence),
            Route("/due-dates", due_dates),
            Route("/delegations", delegations),
            Route("/delegations/{delegation_id:path}", delegation),
            Route("/forms/{code}", put_form, methods=["PUT"]),
        ],
    )
]
