"""One's own account, changed by whoever is signed in: who they are, their password, where they are signed in."""

from collections.abc import Iterable
from datetime import datetime

from chassis.errors import Unauthorised
from chassis.outbox import Outgoing, outgoing
from chassis.security import record
from contracts.api.accounts import NewPasswordBody, PasswordChangeBody
from contracts.api.auth import RegistrationDetails
from contracts.auth import AccountChanged, AccountClosed, PasswordReset
from services.auth.model import refusals
from services.auth.model.account import Account
from services.auth.model.details import checked
from services.auth.model.devices import Caller
from services.auth.model.limits import keyed
from services.auth.model.passwords import password_faults
from services.auth.model.session import Session
from services.auth.usecases.context import Auth
from services.auth.usecases.passwords import authenticate
from services.auth.usecases.sessions import OpenedSession, end_older_sessions, find_session, renew


async def owner(auth: Auth, token: str, at: datetime) -> tuple[Session, Account]:
    """Who is signed in, and their account."""
    session, _ = await find_session(auth, token, at=at, touch=True)
    account = await auth.stores.accounts.get(session.account_id)
    if account is None:
        raise refusals.signed_out()
    return session, account


async def check_password(
    auth: Auth, account: Account, password: str, caller: Caller, at: datetime, *, field: str = "password"
) -> None:
    """Counted like any guess: an open session is no way to try passwords. Nobody is signed out by a wrong one."""
    try:
        await authenticate(auth, account.email, password, caller, at)
    except Unauthorised:
        raise refusals.wrong_password(field) from None


def check_new_password(auth: Auth, typed: NewPasswordBody, *, authority: str, context: Iterable[str]) -> None:
    """Whether it may be chosen, by the rules of the authority at whose door somebody stands."""
    settings = auth.authorities.get(authority)
    faults = password_faults(
        typed.password,
        typed.confirm_password,
        rules=settings.password,
        common=auth.common,
        context=[*context, *settings.brand.names],
    )
    if faults:
        raise refusals.faulty(faults)


async def change_details(auth: Auth, token: str, typed: RegistrationDetails, at: datetime) -> None:
    """Another name, role, organisation or postal address; whatever shows the person follows."""
    _, account = await owner(auth, token, at)
    details = checked(typed)
    if details == account.details:
        return
    changed = account.model_copy(update={"details": details})
    await auth.stores.accounts.set_details(account.account_id, details, [_changed(changed, at)])
    await show_account(auth, account.account_id)
    record("account.details", "ok", account_id=account.account_id)


async def change_password(
    auth: Auth, token: str, typed: PasswordChangeBody, *, caller: Caller, at: datetime
) -> OpenedSession:
    """Another password: every other session is over, this one goes on with a token of its own, the owner is told."""
    session, account = await owner(auth, token, at)
    await check_password(auth, account, typed.present_password, caller, at, field="present_password")
    check_new_password(auth, typed, authority=session.authority, context=account.context)
    password_hash = await auth.hasher.hash(typed.password, caller.client)
    event = PasswordReset(
        account_id=account.account_id, authority=session.authority, person=account.person, reset_at=at
    )
    version = account.password_version
    changed = await auth.stores.accounts.replace_password(
        account.account_id, password_hash, version=version, events=[outgoing(event, account.account_id, str(version))]
    )
    if changed is None:
        raise refusals.signed_out()
    await end_older_sessions(auth, changed)
    renewed = await renew(auth, session, changed, caller=caller, at=at)
    record("account.password", "ok", account_id=account.account_id, client=caller.client)
    return renewed


async def close_account(auth: Auth, token: str, password: str, *, caller: Caller, at: datetime) -> None:
    """The end of an account: signed out everywhere, its address free for whoever reads it."""
    _, account = await owner(auth, token, at)
    await check_password(auth, account, password, caller, at)
    event = AccountClosed(
        account_id=account.account_id, authority=account.authority, person=account.person, closed_at=at
    )
    await auth.stores.accounts.close(account.account_id, at, [outgoing(event, account.account_id)])
    await show_account(auth, account.account_id)
    record("account.closed", "ok", account_id=account.account_id, client=caller.client)


async def show_account(auth: Auth, account_id: str) -> None:
    """What else knows of an account learns whose it is now, or that it is nobody's; also after a crash in between."""
    account = await auth.stores.accounts.get(account_id)
    if account is None:
        await auth.stores.sessions.close_others(account_id, "")
        await auth.stores.resets.end_elsewhere(account_id, "")
        return
    await auth.stores.sessions.show(account)
    await auth.stores.resets.end_elsewhere(account_id, keyed(auth.secret, "reset", account.email_key))


def _changed(account: Account, at: datetime) -> Outgoing:
    event = AccountChanged(
        account_id=account.account_id,
        authority=account.authority,
        person=account.person,
        role=account.details.role,
        organisation=account.details.organisation,
        changed_at=at,
    )
    return outgoing(event, account.account_id, at.isoformat())
