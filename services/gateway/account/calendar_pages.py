"""Calendar: a secret address that a calendar program subscribes to, and what it gets there."""

import asyncio
import hashlib
import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.context import Actor, act_as
from chassis.errors import NotFound
from chassis.identity import Professional
from contracts.api.calendars import CalendarOwnerView
from services.gateway.account.calendar_feed import calendar_of
from services.gateway.account.signed_in import posted, signed_in
from services.gateway.account.views import CalendarAddressPage, calendar_page
from services.gateway.kit.hosts import origin_of
from services.gateway.kit.request_context import RequestContext

_ADDRESS = "/account/calendar"
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_CACHE = "private, no-cache"
"""Kept by the program alone, which asks each time whether it is still so: an address that has ended shows nothing."""


async def show(request: Request) -> Response:
    """Whether there is an address, and how to get one."""
    context, _ = await signed_in(request)
    feed = await context.gateway.auth.calendar(context.cookies.session_token)
    return context.page("account_calendar.html", calendar_page(feed, request.query_params.get("done", "")))


async def save(request: Request) -> Response:
    """Makes an address, which is shown this once, or ends the one that there is."""
    context, _, form = await posted(request)
    token = context.cookies.session_token
    match form.text("action"):
        case "make":
            secret = await context.gateway.auth.make_calendar(token)
            page = CalendarAddressPage(f"{_portal(context)}/calendar/{secret}.ics")
            return context.page("account_calendar_address.html", page)
        case "end":
            await context.gateway.auth.end_calendar(token)
            return context.redirect(f"{_ADDRESS}?done=ended")
        case _:
            return context.redirect(_ADDRESS)


async def feed(request: Request) -> Response:
    """The dates of whoever has made this address; 404 alike for one that never was and one that is over."""
    context, person = await _owner(request)
    due = (await context.gateway.tasks.due(person)).due
    councils = {one.code: one.brand.name for one in context.gateway.authorities}
    name = f"{context.authority.brand.portal_name}: due dates"
    # Half a millisecond a date: the other requests go on meanwhile.
    content = await asyncio.to_thread(calendar_of, due, _portal(context), name, councils)
    tag = f'"{hashlib.sha256(content).hexdigest()}"'
    headers = {"Cache-Control": _CACHE, "ETag": tag}
    if _has(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type="text/calendar; charset=utf-8")


async def _owner(request: Request) -> tuple[RequestContext, Professional]:
    """Whose secret it is. Wrong ones are counted like wrong passwords."""
    context = RequestContext(request)
    known = await _known(context, request.path_params["secret"])
    if known is None:
        context.gateway.limits.check_sign_in(request)
        raise NotFound("unknown_calendar")
    act_as(Actor("account", known.account_id))
    return context, Professional(known.account_id, known.email, known.name)


async def _known(context: RequestContext, secret: str) -> CalendarOwnerView | None:
    if not _SECRET.fullmatch(secret):
        return None
    try:
        return await context.gateway.auth.calendar_owner(secret)
    except NotFound:
        return None


def _has(said: str, tag: str) -> bool:
    """Whether a program has these bytes already (RFC 9110, 13.1.2)."""
    return said.strip() == "*" or tag in (each.strip().removeprefix("W/") for each in said.split(","))


def _portal(context: RequestContext) -> str:
    return origin_of(context.request, is_https=context.gateway.is_https)


routes = [
    Route(_ADDRESS, show),
    Route(_ADDRESS, save, methods=["POST"]),
    Route("/calendar/{secret}.ics", feed),
]
