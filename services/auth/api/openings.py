"""Accounts that councils open: the council's word over HTTP, and its owner at the first sign-in."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis import clock
from chassis.council_door import take_posted
from chassis.http import answer, read
from contracts.api.auth import TakeOverBody
from contracts.base import CouncilMessage
from contracts.council import AccountOpened
from services.auth.api.dependencies import caller, enter, session_token
from services.auth.api.sessions import created
from services.auth.usecases import openings, taking_over


async def take_message(request: Request) -> Response:
    """A council's message over HTTP."""
    auth = enter(request)

    async def take(message: CouncilMessage, message_id: str) -> None:
        assert isinstance(message, AccountOpened)  # noqa: S101 - auth takes no other
        await openings.open_account(auth, message, message_id, clock.now())

    return await take_posted(request, take, taker="auth")


async def show_opening(request: Request) -> Response:
    """What the council has said of whoever is signed in, and whether they need a password."""
    return answer(await taking_over.show(enter(request), session_token(request), clock.now()))


async def take_over(request: Request) -> Response:
    """The account is its owner's; the session goes on under the token that is shown this once."""
    auth, body = enter(request), await read(request, TakeOverBody)
    opened = await taking_over.take_over(auth, session_token(request), body, caller=caller(request), at=clock.now())
    return answer(created(opened))


routes = [
    Route("/council-messages/{name}", take_message, methods=["POST"]),
    Route("/accounts/current/opening", show_opening, methods=["GET"]),
    Route("/accounts/current/opening", take_over, methods=["PUT"]),
]
