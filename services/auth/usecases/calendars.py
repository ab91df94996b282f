"""The secret address of an account's calendar feed: made, renewed, ended; whose it is. Its hash alone is kept."""

from datetime import datetime

from chassis.errors import NotFound, TryLater
from chassis.outbox import outgoing
from chassis.security import record
from contracts.auth import CalendarChange, CalendarChanged
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
    session, account = await owner(auth, token, at)
    secret = new_token()
    feed = CalendarFeed(token_hash=token_hash(secret), made_at=at)
    what: CalendarChange = "renewed" if account.calendar else "made"
    await _set(auth, account, feed, what=what, authority=session.authority, at=at)
    return secret


async def end(auth: Auth, token: str, at: datetime) -> None:
    """Nobody reads the dates any more; twice is once."""
    session, account = await owner(auth, token, at)
    if account.calendar is not None:
        await _set(auth, account, None, what="ended", authority=session.authority, at=at)


async def owner_of(auth: Auth, secret: str) -> Account:
    """Whose secret it is; NotFound alike for one that never was and one that is over."""
    account = await auth.stores.accounts.by_calendar(token_hash(secret))
    if account is None:
        raise NotFound("unknown_calendar", "There is no such calendar.")
    return account


async def _set(
    auth: Auth, account: Account, feed: CalendarFeed | None, *, what: CalendarChange, authority: str, at: datetime
) -> None:
    """The owner is told: an address that somebody else has made would show their dates to a stranger."""
    event = CalendarChanged(
        account_id=account.account_id, authority=authority, person=account.person, what=what, changed_at=at
    )
    told = [outgoing(event, account.account_id, what, at.isoformat())]
    if not await auth.stores.accounts.set_calendar(account, feed, told):
        raise TryLater(1, "the calendar address is being changed")
    record("calendar.changed", "ok", account_id=account.account_id, what=what)
