"""One email a day, or one for each thing: chosen by whoever is signed in, or taken back from an email itself."""

from datetime import datetime

from chassis.errors import TryLater
from chassis.outbox import outgoing
from chassis.security import record
from contracts.auth import DigestChanged
from services.auth.model import refusals
from services.auth.model.account import Account
from services.auth.usecases.accounts import owner
from services.auth.usecases.context import Auth


async def choose(auth: Auth, token: str, *, is_wanted: bool, at: datetime) -> None:
    """What whoever is signed in wants from now on."""
    _, account = await owner(auth, token, at)
    await _set(auth, account, is_wanted=is_wanted, at=at)


async def end(auth: Auth, ticket: str, at: datetime) -> None:
    """An email for each thing again, for whoever was sent this ticket; twice is once."""
    account_id = auth.tickets.read(ticket)
    account = await auth.stores.accounts.get(account_id) if account_id else None
    if account is None:
        raise refusals.no_such_ticket()
    await _set(auth, account, is_wanted=False, at=at)


async def _set(auth: Auth, account: Account, *, is_wanted: bool, at: datetime) -> None:
    if account.has_digest == is_wanted:
        return
    event = DigestChanged(
        account_id=account.account_id,
        authority=account.authority,
        person=account.person,
        is_wanted=is_wanted,
        changed_at=at,
    )
    told = [outgoing(event, account.account_id, at.isoformat())]
    if not await auth.stores.accounts.set_digest(account, is_wanted=is_wanted, events=told):
        raise TryLater(1, "the account is being changed")
    record("account.digest", "ok", account_id=account.account_id)
