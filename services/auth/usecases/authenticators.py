"""The authenticator app of an account: added by its first code, got round by recovery codes, taken away."""

from datetime import datetime

from chassis.errors import AlreadyHandled
from chassis.security import record
from contracts.api.auth import AuthenticatorBody, AuthenticatorView, EnrolmentView
from contracts.base import Fault
from services.auth.model import refusals
from services.auth.model.account import Account
from services.auth.model.authenticator import (
    RECOVERY_CODES,
    Authenticator,
    TypedCode,
    accepted_step,
    enrolment_uri,
    new_recovery_codes,
    new_secret,
    read_app_code,
    recovery_mac,
)
from services.auth.model.devices import Caller
from services.auth.model.session import Session, SignIn, may_add_app
from services.auth.usecases.accounts import check_password, owner
from services.auth.usecases.context import Auth
from services.auth.usecases.factors import factor_changed
from services.auth.usecases.sessions import OpenedSession, renew

_NEVER = 0
"""No code was accepted yet."""


async def show(auth: Auth, token: str, at: datetime) -> AuthenticatorView:
    """The app that there is, and the secret of one to add, or to put in its place: the same until it is added."""
    session, account = await owner(auth, token, at)
    asked = auth.authorities.get(session.authority).second_factor
    app = account.authenticator
    may_add = asked != "email" and may_add_app(session, account)
    enrolment = await _enrolment(auth, session, account) if may_add else None
    return AuthenticatorView(
        added_at=app.added_at if app else None,
        codes_left=len(app.recovery) if app else 0,
        must_stay=asked == "app",
        enrolment=enrolment,
    )


async def add(
    auth: Auth, token: str, typed: AuthenticatorBody, *, caller: Caller, at: datetime
) -> tuple[list[str], OpenedSession]:
    """Its first code shows that the app has the secret; gives the recovery codes.

    The app that there was, and its recovery codes, are of no use any more. This session goes on with a token of its
    own, others are over: what was open before the app may not do what it may.
    """
    session, account = await owner(auth, token, at)
    if not session.enrolling or not may_add_app(session, account):
        raise refusals.no_app()
    code = read_app_code(typed.code, may_recover=False)
    if isinstance(code, Fault):
        raise refusals.faulty([code])
    await check_password(auth, account, typed.password, caller, at)
    secret = auth.vault.open(session.enrolling, account.account_id)
    step = accepted_step(secret, code.text, at, after=_NEVER)
    if step is None:
        raise refusals.app_code_wrong()
    codes = new_recovery_codes()
    app = Authenticator(
        sealed=session.enrolling, last_step=step, added_at=at, recovery=_macs(auth, account.account_id, codes)
    )
    events = [factor_changed(account, session.authority, "app_added", RECOVERY_CODES, at)]
    version = account.password_version
    changed = await auth.stores.accounts.add_app(account.account_id, app, version=version, events=events)
    if changed is None:
        raise refusals.signed_out()
    await auth.stores.sessions.close_others(account.account_id, "")
    renewed = await renew(auth, session, changed, caller=caller, at=at)
    record("factor.changed", "ok", account_id=account.account_id, what="app_added")
    return codes, renewed


async def remove(auth: Auth, token: str, password: str, *, caller: Caller, at: datetime) -> None:
    """Codes come by email again; every other session is over."""
    session, account = await owner(auth, token, at)
    await check_password(auth, account, password, caller, at)
    if auth.authorities.get(session.authority).second_factor == "app":
        raise refusals.app_must_stay()
    events = [factor_changed(account, session.authority, "app_removed", 0, at)]
    if await auth.stores.accounts.remove_app(account.account_id, events) is None:
        raise refusals.no_app()
    await auth.stores.sessions.close_others(account.account_id, session.key)
    record("factor.changed", "ok", account_id=account.account_id, what="app_removed")


async def renew_codes(auth: Auth, token: str, password: str, *, caller: Caller, at: datetime) -> list[str]:
    """Other recovery codes in the place of those that there were."""
    session, account = await owner(auth, token, at)
    await check_password(auth, account, password, caller, at)
    codes = new_recovery_codes()
    events = [factor_changed(account, session.authority, "codes_renewed", RECOVERY_CODES, at)]
    macs = _macs(auth, account.account_id, codes)
    if await auth.stores.accounts.renew_recovery(account.account_id, macs, events) is None:
        raise refusals.no_app()
    record("factor.changed", "ok", account_id=account.account_id, what="codes_renewed")
    return codes


async def reset(auth: Auth, account_id: str, authority: str, at: datetime) -> None:
    """The council takes the app away, for whoever has lost their phone: signed out everywhere, codes by email again.

    Told once more, it leaves the app alone that was added since.
    """
    account = await auth.stores.accounts.get(account_id)
    if account is None or account.authenticator is None or account.authenticator.added_at > at:
        raise AlreadyHandled(account_id)
    events = [factor_changed(account, authority, "app_removed", 0, at)]
    await auth.stores.accounts.remove_app(account_id, events)
    await auth.stores.sessions.close_others(account_id, "")
    record("factor.changed", "ok", account_id=account_id, authority=authority, what="app_removed")


async def accept(auth: Auth, account: Account, sign_in: SignIn, code: TypedCode, at: datetime) -> bool:
    """Whether this is a code of the account's app, or one of its recovery codes; each is taken once."""
    app = account.authenticator
    if app is None:
        return False
    if code.is_recovery:
        mac = recovery_mac(auth.secret, account.account_id, code.text)
        events = [factor_changed(account, sign_in.authority, "code_used", max(0, len(app.recovery) - 1), at)]
        return await auth.stores.accounts.use_recovery(account.account_id, mac, events)
    secret = auth.vault.open(app.sealed, account.account_id)
    step = accepted_step(secret, code.text, at, after=app.last_step)
    return step is not None and await auth.stores.accounts.use_step(account.account_id, step)


async def _enrolment(auth: Auth, session: Session, account: Account) -> EnrolmentView:
    if session.enrolling:
        secret = auth.vault.open(session.enrolling, account.account_id)
    else:
        secret = new_secret()
        await auth.stores.sessions.begin_enrolment(session, auth.vault.close(secret, account.account_id))
    issuer = auth.authorities.get(session.authority).brand.portal_name
    return EnrolmentView(secret=secret, uri=enrolment_uri(secret, account.email, issuer))


def _macs(auth: Auth, account_id: str, codes: list[str]) -> list[str]:
    return [recovery_mac(auth.secret, account_id, code) for code in codes]
