"""Taking over an account that a council has opened: its owner says who they are, and chooses their own password."""

from datetime import datetime

from chassis.security import record
from contracts.api.auth import OpeningView, TakeOverBody
from contracts.base import Fault
from services.auth.model import refusals
from services.auth.model.account import Account, context_of
from services.auth.model.details import details_faults, tidy
from services.auth.model.devices import Caller
from services.auth.model.passwords import password_faults
from services.auth.model.session import Session
from services.auth.model.temporary_passwords import read_temporary_password
from services.auth.usecases.accounts import owner, show_account
from services.auth.usecases.context import Auth
from services.auth.usecases.registration import registered
from services.auth.usecases.sessions import OpenedSession, renew

WHAT = "opening"


async def show(auth: Auth, token: str, at: datetime) -> OpeningView:
    """What its owner has still to say; NotFound where there is nothing, also right after a crash in between."""
    _, account = await _waiting(auth, token, at)
    return OpeningView(details=account.details, needs_password=account.is_unused)


async def take_over(auth: Auth, token: str, typed: TakeOverBody, *, caller: Caller, at: datetime) -> OpenedSession:
    """The account is as if its owner had registered; this session goes on with a token of its own, others are over."""
    session, account = await _waiting(auth, token, at)
    details = tidy(typed.details)
    faults = [*details_faults(details), *(await _password_faults(auth, session, account, typed, caller))]
    if faults:
        raise refusals.faulty(faults)
    password_hash = await auth.hasher.hash(typed.password, caller.client) if account.is_unused else ""
    event = registered(account.model_copy(update={"details": details, "registered_at": at}))
    taken = await auth.stores.accounts.take_over(account, details, at, [event], password_hash)
    if taken is None:
        raise refusals.signed_out()
    await auth.stores.sessions.close_others(account.account_id, "")
    renewed = await renew(auth, session, taken, caller=caller, at=at)
    record("account.taken_over", "ok", account_id=account.account_id, client=caller.client)
    return renewed


async def _waiting(auth: Auth, token: str, at: datetime) -> tuple[Session, Account]:
    session, account = await owner(auth, token, at)
    if account.opening is None:
        await show_account(auth, account.account_id)
        raise refusals.is_over(WHAT)
    if session.password_version != account.password_version:
        raise refusals.signed_out()
    return session, account


async def _password_faults(
    auth: Auth, session: Session, account: Account, typed: TakeOverBody, caller: Caller
) -> list[Fault]:
    """By the printed policy; the temporary one, which keeps to it, is nobody's own."""
    if not account.is_unused:
        return []
    authority = auth.authorities.get(session.authority)
    names = [each.full for each in account.user_names]
    faults = password_faults(
        typed.password,
        typed.confirm_password,
        rules=authority.password,
        common=auth.common,
        context=[*context_of(account.email, tidy(typed.details)), *names, *authority.brand.names],
    )
    if faults:
        return faults
    given = read_temporary_password(typed.password)
    return (
        [refusals.still_temporary()] if await auth.hasher.matches(account.password_hash, given, caller.client) else []
    )
