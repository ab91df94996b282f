"""Messages in: one function per queue. What a council cannot be taken at its word for is answered."""

from types import NoneType

import orjson

from chassis.errors import Refused
from chassis.messaging import Delivery, Subscription
from chassis.outbox import Outgoing, outgoing
from contracts.auth import AccountRegistered
from contracts.base import CouncilMessage
from contracts.council import DelegationAmended, DelegationRequested, DelegationRetracted, WorkGroupDefined
from contracts.forms import ContributionStarted, ContributionSubmitted, DefinitionPublished
from contracts.portal import MessageRejected
from services.tasks.usecases import TasksService


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


async def open_task(message: DelegationRequested, delivery: Delivery, service: TasksService) -> None:
    """A delegation opens one task, however often it is delivered."""
    check_sender(message, delivery)
    await service.delegations.request(message, delivery.waited_seconds)


async def amend_task(message: DelegationAmended, delivery: Delivery, service: TasksService) -> None:
    """A council's change reaches its task."""
    await service.delegations.amend(message, check_sender(message, delivery))


async def retract_task(message: DelegationRetracted, delivery: Delivery, service: TasksService) -> None:
    """A council's withdrawal closes its task."""
    check_sender(message, delivery)
    await service.delegations.retract(message)


async def define_work_group(message: WorkGroupDefined, delivery: Delivery, service: TasksService) -> None:
    """A council sets the whole of a work group."""
    check_sender(message, delivery)
    await service.people.define_work_group(message)


async def refuse_unknown(_: None, delivery: Delivery, __: TasksService) -> None:
    """A name that no handler listens to is answered, and kept."""
    raise Refused("unknown_message", f"The portal takes no message of the name {delivery.routing_key[:200]}.")


async def offer_form(event: DefinitionPublished, _: Delivery, service: TasksService) -> None:
    """A published definition may be delegated."""
    await service.people.offer_form(event)


async def note_start(event: ContributionStarted, _: Delivery, service: TasksService) -> None:
    """A task whose form has a first answer is in progress."""
    await service.delegations.note_start(event)


async def complete_task(event: ContributionSubmitted, _: Delivery, service: TasksService) -> None:
    """A submitted contribution completes its task."""
    await service.delegations.complete(event)


async def welcome_person(event: AccountRegistered, _: Delivery, service: TasksService) -> None:
    """Councils hear that somebody whom they have named has registered."""
    await service.people.welcome(event)


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


subscriptions = (
    Subscription("tasks.open-task", DelegationRequested, open_task, refusal=reject),
    Subscription("tasks.amend-task", DelegationAmended, amend_task, refusal=reject),
    Subscription("tasks.retract-task", DelegationRetracted, retract_task, refusal=reject),
    Subscription("tasks.define-work-group", WorkGroupDefined, define_work_group, refusal=reject),
    Subscription("tasks.refuse-unknown", NoneType, refuse_unknown, refusal=reject),
    Subscription("tasks.offer-form", DefinitionPublished, offer_form),
    Subscription("tasks.note-start", ContributionStarted, note_start),
    Subscription("tasks.complete-task", ContributionSubmitted, complete_task),
    Subscription("tasks.welcome-person", AccountRegistered, welcome_person),
)
