"""Messages in: one function per queue."""

from chassis.messaging import Delivery, Subscription
from contracts.forms import ContributionErased
from contracts.tasks import (
    AddendumDiscarded,
    AddendumStarted,
    TaskAmended,
    TaskAssigned,
    TaskDecided,
    TaskDeclined,
    TaskErased,
    TaskOpened,
    TaskRetracted,
    TaskReturned,
)
from services.forms.usecases import FormsService


async def prepare_contribution(event: TaskOpened, delivery: Delivery, service: FormsService) -> None:
    """An open task has one contribution, however often it is told."""
    await service.delegated.prepare(event, delivery.waited_seconds)


async def amend_contribution(event: TaskAmended, _: Delivery, service: FormsService) -> None:
    """What the council changes reaches the parts of the form that only it fills."""
    await service.delegated.amend(event)


async def hand_over_contribution(event: TaskAssigned, _: Delivery, service: FormsService) -> None:
    """A new holder makes the grants of the old one void."""
    await service.delegated.hand_over(event)


async def freeze_contribution(event: TaskDeclined, _: Delivery, service: FormsService) -> None:
    """A declined form waits for the council as it is."""
    await service.delegated.freeze(event)


async def take_decision(event: TaskDecided, _: Delivery, service: FormsService) -> None:
    """The council has answered a decline, or a request for more time."""
    await service.delegated.answer(event)


async def close_contribution(event: TaskRetracted, _: Delivery, service: FormsService) -> None:
    """A withdrawn task's form takes no more."""
    await service.delegated.retract(event)


async def reopen_contribution(event: TaskReturned, _: Delivery, service: FormsService) -> None:
    """What the council has sent back can be changed and submitted again."""
    await service.delegated.send_back(event)


async def begin_addendum(event: AddendumStarted, _: Delivery, service: FormsService) -> None:
    """What was submitted can be added to."""
    await service.delegated.add(event)


async def discard_addendum(event: AddendumDiscarded, _: Delivery, service: FormsService) -> None:
    """What was typed since is gone."""
    await service.delegated.discard(event)


async def erase_contribution(event: TaskErased, _: Delivery, service: FormsService) -> None:
    """A delegation's time here is over."""
    await service.erasing.erase(event, ContributionErased(**event.model_dump()))


subscriptions = (
    Subscription("forms.prepare-contribution", TaskOpened, prepare_contribution, prefetch=100),
    Subscription("forms.amend-contribution", TaskAmended, amend_contribution),
    Subscription("forms.hand-over-contribution", TaskAssigned, hand_over_contribution),
    Subscription("forms.freeze-contribution", TaskDeclined, freeze_contribution),
    Subscription("forms.take-decision", TaskDecided, take_decision),
    Subscription("forms.close-contribution", TaskRetracted, close_contribution),
    Subscription("forms.reopen-contribution", TaskReturned, reopen_contribution),
    Subscription("forms.begin-addendum", AddendumStarted, begin_addendum),
    Subscription("forms.discard-addendum", AddendumDiscarded, discard_addendum),
    Subscription("forms.erase-contribution", TaskErased, erase_contribution),
)
