"""A small GOV.UK Notify on loopback: the part of its interface that the portal speaks, with its words for refusals."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import uvicorn
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from commands.parts.ports import pick
from tests.support.eventually import eventually

SERVICE_ID, SECRET = "26785a09-ab16-4eb0-8407-a37497a57506", "3d844edf-8d35-48ac-975b-e847b4f122b0"
CREDENTIALS = f"portal-of-tests-{SERVICE_ID}-{SECRET}"
TEMPLATE_ID = "f33517ff-2a88-4f6e-b855-c550268ce08a"
_ACCURATE_SECONDS = 30


class FakeGovUkNotify:
    """What it was sent, and what it answers: as the real one, unless `answers` says otherwise."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.listed: list[dict[str, Any]] = []
        """What it has taken, and what others have given it; the youngest last."""
        self.asked: list[str] = []
        """What it was asked for of what failed: all, by an empty text, or what is older than this."""
        self.page_size = 250
        self.answers: Response | None = None
        self.list_answers: Response | None = None
        """The same, to what is asked about failures alone."""
        self.sleeps = 0.0
        self.url = ""

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v2/notifications/email", self._take, methods=["POST"]),
                Route("/v2/notifications", self._list),
                Route("/v2/template/{template_id}", self._show),
            ]
        )

    async def _take(self, request: Request) -> Response:
        if refused := await self._refused(request):
            return refused
        body = await request.json()
        if body["template_id"] != TEMPLATE_ID:
            return error(400, "BadRequestError", "Template not found")
        if body["personalisation"].keys() != {"subject", "body"}:
            return error(400, "BadRequestError", "Missing personalisation")
        if "@nowhere" in body["email_address"]:
            return error(400, "ValidationError", "email_address is not a valid email address")
        if not body.get("one_click_unsubscribe_url", "https://").startswith("https://"):
            return error(400, "ValidationError", "one_click_unsubscribe_url is not a valid https url")
        self.sent.append(body)
        taken = self.holds(body["reference"], "sending", email_address=body["email_address"])
        return JSONResponse({"id": taken["id"], "reference": body["reference"]}, 201)

    def holds(self, reference: str | None, status: str, *, days_old: float = 0, **more: Any) -> dict[str, Any]:
        """One more notification, as its list shows it."""
        created_at = (datetime.now(UTC) - timedelta(days=days_old)).isoformat().replace("+00:00", "Z")
        held = {"id": str(uuid4()), "reference": reference, "type": "email", "status": status, "created_at": created_at}
        self.listed.append(held | more)
        return self.listed[-1]

    def ends(self, email: str, status: str) -> dict[str, Any]:
        """What it was sent for this address ends so."""
        (held,) = [each for each in self.listed if each.get("email_address") == email]
        held["status"] = status
        return held

    async def _list(self, request: Request) -> Response:
        self.asked.append(request.query_params.get("older_than", ""))
        if refused := await self._refused(request) or self.list_answers:
            return refused
        asked = request.query_params
        found = [
            each
            for each in reversed(self.listed)
            if each["status"] in asked.getlist("status") and each["type"] in asked.getlist("template_type")
        ]
        if older_than := asked.get("older_than"):
            places = [place for place, each in enumerate(found) if each["id"] == older_than]
            found = found[places[0] + 1 :] if places else []
        page = found[: self.page_size]
        links = {"current": str(request.url)} | (
            {"next": "https://elsewhere.example/"} if len(found) > len(page) else {}
        )
        return JSONResponse({"notifications": page, "links": links})

    async def _show(self, request: Request) -> Response:
        known = request.path_params["template_id"] == TEMPLATE_ID
        return await self._refused(request) or JSONResponse({"id": TEMPLATE_ID}, 200 if known else 404)

    async def _refused(self, request: Request) -> Response | None:
        await asyncio.sleep(self.sleeps)
        if self.answers is not None:
            return self.answers
        scheme, _, text = request.headers.get("authorization", "").partition(" ")
        try:
            token = jwt.decode(text, OctKey.import_key(SECRET), algorithms=["HS256"])
        except (JoseError, ValueError):
            return error(403, "AuthError", "Invalid token: API key not found")
        if scheme != "Bearer" or token.claims.get("iss") != SERVICE_ID:
            return error(403, "AuthError", "Invalid token: service not found")
        if abs(time.time() - token.claims["iat"]) > _ACCURATE_SECONDS:
            return error(403, "AuthError", "Error: Your system clock must be accurate to within 30 seconds")
        return None


def error(status: int, kind: str, message: str) -> Response:
    """As the real one says it."""
    return JSONResponse({"status_code": status, "errors": [{"error": kind, "message": message}]}, status)


@asynccontextmanager
async def govuk_notify() -> AsyncIterator[FakeGovUkNotify]:
    """A running one."""
    fake, port = FakeGovUkNotify(), pick(["govuk"], {})["govuk"]
    fake.url = f"http://127.0.0.1:{port}"
    server = uvicorn.Server(uvicorn.Config(fake.app(), host="127.0.0.1", port=port, log_level="warning"))
    serving = asyncio.create_task(server.serve())
    await eventually(lambda: server.started)
    try:
        yield fake
    finally:
        server.should_exit = True
        with suppress(asyncio.CancelledError):
            await serving
