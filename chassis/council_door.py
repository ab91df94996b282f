"""What every service does that hears councils: who speaks, what is taken over HTTP, how a refusal is answered."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

import orjson
from starlette.requests import Request
from starlette.responses import Response

from chassis import context
from chassis.delivery import Delivery
from chassis.errors import AlreadyHandled, BadRequest, NotFound, Refused, refusing_unfit_data
from chassis.http import answer
from chassis.identity import current_council
from chassis.outbox import Outgoing, outgoing
from chassis.subscription import read
from contracts.api.council import TakenView
from contracts.base import CouncilMessage
from contracts.catalogue import CATALOGUE
from contracts.portal import MessageRejected

_KEY_LIMIT = 200

Take = Callable[[CouncilMessage, str], Awaitable[None]]
"""Takes a message and its id; AlreadyHandled where it was taken before."""


def check_sender(message: CouncilMessage, delivery: Delivery) -> str:
    """The message's id, where its envelope is whole and it speaks for the authority that sent it."""
    if delivery.user_id != delivery.authority:
        raise Refused("user_id_missing", "The message must carry the user_id of its authority.")
    if message.authority != delivery.authority:
        raise Refused("wrong_authority", "The message speaks for another authority.", field="/authority")
    if delivery.type != message.wire_name:
        raise Refused("type_differs", "The type must be the message's name, as in the routing key.")
    if not delivery.message_id:
        raise Refused("message_id_missing", "The message must carry a message_id.")
    return delivery.message_id


def reject(delivery: Delivery, refused: Refused) -> Outgoing | None:
    """The answer to the council whose message was refused; the same message has one answer."""
    rejected = MessageRejected(
        authority=delivery.authority,
        delegation_id=_delegation_id(delivery.body),
        message_id=delivery.message_id,
        type=delivery.type,
        code=refused.code,
        reason=refused.detail,
        field=refused.field,
    )
    return outgoing(rejected, delivery.authority, delivery.known_as)


def _delegation_id(body: bytes) -> str | None:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    named = found.get("delegation_id") if isinstance(found, dict) else None
    return named[:200] if isinstance(named, str) else None


async def take_posted(request: Request, take: Take, *, taker: str) -> Response:
    """A council's message over HTTP: taken at once, refused by the rules of the broker's door."""
    council, name = current_council(request), request.path_params["name"]
    message_id = request.headers.get("idempotency-key", "").strip()
    if not message_id or len(message_id) > _KEY_LIMIT:
        raise BadRequest("idempotency_key_missing", "Send an Idempotency-Key of at most 200 characters.")
    with context.entered(context.of_council(council.authority, message_id)):
        message = await _read(council.authority, name, await request.body(), taker)
        with suppress(AlreadyHandled), refusing_unfit_data():
            await take(message, message_id)
    return answer(TakenView(message_id=message_id, type=name), status=202)


async def _read(authority: str, name: str, body: bytes, taker: str) -> CouncilMessage:
    model = CATALOGUE.get(name)
    if model is None or not issubclass(model, CouncilMessage) or model.taken_by != taker:
        raise NotFound("unknown_message", "The portal takes no message of this name.")
    message = await read(model, body)
    if message.authority != authority:
        raise Refused("wrong_authority", "The message speaks for another authority.", field="/authority")
    return message
