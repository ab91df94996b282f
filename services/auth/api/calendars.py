"""The calendar feed of whoever is signed in, and whose a feed is that a calendar program asks for."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis import clock
from chassis.http import answer, nothing, read
from contracts.api.calendars import CalendarFeedView, CalendarOwnerView, CalendarSecretBody
from services.auth.api.dependencies import enter, session_token
from services.auth.usecases import calendars as usecases


async def show(request: Request) -> Response:
    """Whether there is a secret address."""
    feed = await usecases.show(enter(request), session_token(request), clock.now())
    return answer(CalendarFeedView(made_at=feed.made_at if feed else None))


async def make(request: Request) -> Response:
    """Another secret, shown this once."""
    secret = await usecases.make(enter(request), session_token(request), clock.now())
    return answer(CalendarSecretBody(secret=secret), status=201)


async def end(request: Request) -> Response:
    """The secret is of no use any more."""
    await usecases.end(enter(request), session_token(request), clock.now())
    return nothing()


async def show_owner(request: Request) -> Response:
    """Whose it is; the secret comes in the body, since addresses are written down in many places."""
    auth, body = enter(request), await read(request, CalendarSecretBody)
    account = await usecases.owner_of(auth, body.secret)
    return answer(CalendarOwnerView(account_id=account.account_id, email=account.email, name=account.name))


routes = [
    Route("/calendar", show, methods=["GET"]),
    Route("/calendar", make, methods=["POST"]),
    Route("/calendar", end, methods=["DELETE"]),
    Route("/calendar/owner", show_owner, methods=["POST"]),
]
