"""Another email address for the account of whoever is signed in: address and password, then both codes."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis import clock
from chassis.http import answer, nothing, read
from contracts.api.accounts import AddressChangeBody, AddressChangeView, AddressCodesBody
from services.auth.api.dependencies import caller, enter, session_token
from services.auth.usecases import address_changes as usecases


async def start_address_change(request: Request) -> Response:
    """Step 1; the same answer whether the address is another account's or nobody's."""
    auth = enter(request)
    body = await read(request, AddressChangeBody)
    change_id = await usecases.start_address_change(
        auth, session_token(request), body, caller=caller(request), at=clock.now()
    )
    return answer(AddressChangeView(change_id=change_id), status=201)


async def confirm(request: Request) -> Response:
    """Step 2."""
    auth, change_id = enter(request), request.path_params["change_id"]
    body = await read(request, AddressCodesBody)
    await usecases.confirm_address_change(
        auth, session_token(request), change_id, body, caller=caller(request), at=clock.now()
    )
    return nothing()


routes = [
    Route("/address-changes", start_address_change, methods=["POST"]),
    Route("/address-changes/{change_id}/confirm", confirm, methods=["POST"]),
]
