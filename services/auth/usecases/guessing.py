"""Passwords tried: counted before they are looked at, in the database, so that every process knows of every try."""

from datetime import datetime

from chassis.security import record
from services.auth.model import refusals
from services.auth.model.devices import Caller
from services.auth.model.limits import (
    ADDRESS_GUESSES,
    CLIENT_GUESSES,
    DEVICE_GUESSES,
    PAIR_GUESSES,
    Limit,
    limit_key,
)
from services.auth.usecases.context import Auth


async def count_guess(auth: Auth, email_key: str, caller: Caller, device: str | None, at: datetime) -> None:
    """Takes one guess, or says that there is none left. By network first: a sprayer fills nobody's address."""
    for limit, *who in _counts(email_key, caller, device):
        if not await auth.stores.limits.use(limit_key(auth.secret, limit, *who), limit, at):
            record("limit.reached", "refused", limit=limit.name, client=caller.client)
            raise refusals.too_many_guesses()


async def was_no_spray(auth: Auth, caller: Caller, device: str | None) -> None:
    """The password was right: a hospital behind one address is no sprayer."""
    if device is None:
        await auth.stores.limits.give_back(limit_key(auth.secret, CLIENT_GUESSES, caller.client))


async def was_no_guess(auth: Auth, email_key: str, caller: Caller, device: str | None) -> None:
    """Password and code were right: this browser begins anew, and the address has one try more again."""
    if device is not None:
        await auth.stores.limits.clear(limit_key(auth.secret, DEVICE_GUESSES, device))
        return
    await auth.stores.limits.clear(limit_key(auth.secret, PAIR_GUESSES, email_key, caller.client))
    await auth.stores.limits.give_back(limit_key(auth.secret, ADDRESS_GUESSES, email_key))


def _counts(email_key: str, caller: Caller, device: str | None) -> list[tuple[Limit, *tuple[str, ...]]]:
    """A browser that is known is counted by itself alone: whatever strangers do, its owner has tries left."""
    if device is not None:
        return [(DEVICE_GUESSES, device)]
    return [
        (CLIENT_GUESSES, caller.client),
        (PAIR_GUESSES, email_key, caller.client),
        (ADDRESS_GUESSES, email_key),
    ]
