"""The secret address of an account's calendar feed: made, renewed, ended; whose it is. Its hash alone is kept."""

from datetime import datetime

from chassis.errors import NotFound
from chassis.security import record
from services.auth.model.account import Account, CalendarFeed
from services.auth.model.tokens import new_token, token_hash
from services.auth.usecases.accounts import owner
from services.auth.usecases.context import Auth


async def show(auth: Auth, token: str, at: datetime) -> CalendarFeed | None:
    """What whoever is signed in has."""
    _, account = await owner(auth, token, at)
    return account.calendar


async def make(auth: Auth, token: str, at: datetime) -> str:
    """Another secret, given this once; the one before is of no use from now on."""
    _, account = await owner(auth, token, at)
    secret = new_token()
    await auth.stores.accounts.set_calendar(account.account_id, CalendarFeed(token_hash=token_hash(secret), made_at=at))
    record("calendar.changed", "ok", account_id=account.account_id, what="made")
    return secret


async def end(auth: Auth, token: str, at: datetime) -> None:
    """Nobody reads the dates any more; twice is once."""
    _, account = await owner(auth, token, at)
    if account.calendar is None:
        return
    await auth.stores.accounts.set_calendar(account.account_id, None)
    record("calendar.changed", "ok", account_id=account.account_id, what="ended")


async def owner_of(auth: Auth, secret: str) -> Account:
    """Whose secret it is; NotFound alike for one that never was and one that is over."""
    account = await auth.stores.accounts.by_calendar(token_hash(secret))
    if account is None:
        raise NotFound("unknown_calendar", "There is no such calendar.")
    return account
