"""A council's message over HTTP: taken at once, refused by the rules of the broker's door."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from chassis.errors import TryLater
from contracts.base import CouncilMessage
from contracts.council import (
    AccountReset,
    DelegationAmended,
    DelegationDecided,
    DelegationRequested,
    DelegationRetracted,
    DelegationReturned,
    ProfessionalDeparted,
    WorkGroupDefined,
)
from services.tasks.usecases.asks import Asks
from services.tasks.usecases.delegations import Delegations
from services.tasks.usecases.leaving import Leaving
from services.tasks.usecases.people import People

_PATIENCE = (0.1, 0.2, 0.4, 0.8, 1.0)
"""Seconds to wait, one after the other, for what may be on its way in another queue: a form, a group, a submission."""
_NO_LONGER = float("inf")


class Door:
    """The same messages, one after the other."""

    def __init__(self, delegations: Delegations, asks: Asks, leaving: Leaving, people: People) -> None:
        self._delegations = delegations
        self._asks = asks
        self._leaving = leaving
        self._people = people

    async def take(self, message: CouncilMessage, message_id: str) -> None:
        """Takes a message; AlreadyHandled where it was taken before."""
        match message:
            case DelegationRequested():
                await _patiently(partial(self._delegations.request, message))
            case DelegationAmended():
                await self._delegations.amend(message, message_id)
            case DelegationRetracted():
                await self._delegations.retract(message)
            case DelegationReturned():
                await _patiently(partial(self._delegations.send_back, message, message_id))
            case DelegationDecided():
                await _patiently(partial(self._asks.answer, message, message_id))
            case ProfessionalDeparted():
                await _patiently(partial(self._leaving.let_go, message))
            case WorkGroupDefined():
                await self._people.define_work_group(message)
            case AccountReset():
                await self._people.reset(message, message_id)


async def _patiently(take: Callable[[float], Awaitable[None]]) -> None:
    """What it needs reaches tasks by the broker, and may be a moment behind: the answer waits, as a queue would."""
    for seconds in _PATIENCE:
        try:
            return await take(0)
        except TryLater:
            await asyncio.sleep(seconds)
    return await take(_NO_LONGER)
