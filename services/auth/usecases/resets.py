"""Resetting a password: address, emailed code, new password. Never tells who has an account, never signs in."""

from datetime import datetime, timedelta

from chassis.outbox import tell
from contracts.api.auth import NewPasswordBody
from contracts.auth import PasswordReset
from services.auth.model import refusals
from services.auth.model.account import Account
from services.auth.model.emails import email_fault, email_key
from services.auth.model.limits import PASSWORD_GUESSES, code_limit
from services.auth.model.passwords import password_faults
from services.auth.model.reset import LIFETIME, NOBODY, Reset
from services.auth.model.tokens import new_token, token_hash
from services.auth.usecases import codes
from services.auth.usecases.context import Auth
from services.auth.usecases.sessions import end_older_sessions

WHAT = "reset"


async def start_reset(auth: Auth, *, authority: str, email: str, at: datetime) -> str:
    """Step 1: the same answer always; a code goes out where the address has an account that may be reset."""
    if fault := email_fault(email):
        raise refusals.faulty([fault])
    challenge, code = codes.challenge_for(auth, authority, at)
    account = await _to_be_reset(auth, email_key(email), at)
    reset_id = new_token()
    reset = Reset(
        key=token_hash(reset_id),
        authority=authority,
        account_id=account.account_id if account else NOBODY,
        challenge=challenge,
        expires_at=at + LIFETIME,
    )
    events = (
        [codes.code_event(challenge, code, authority=authority, purpose="reset", person=account.person)]
        if account
        else []
    )
    await auth.stores.resets.start(reset, events)
    return reset_id


async def confirm_reset(auth: Auth, reset_id: str, typed: str, at: datetime) -> None:
    """Step 2: the right code allows a new password, for as long as a code lives."""
    code = codes.digits_of(typed)
    reset = await _try(auth, token_hash(reset_id), at)
    account = await auth.stores.accounts.count_failure(reset.account_id, "reset")
    if account is None or not reset.challenge.accepts(code, auth.secret):
        raise codes.wrong(reset.challenge)
    lifetime = timedelta(minutes=auth.authorities.get(reset.authority).code_minutes)
    if await auth.stores.resets.accept(reset.key, at + lifetime) is None:
        raise refusals.is_over(WHAT)


async def set_new_password(auth: Auth, reset_id: str, typed: NewPasswordBody, at: datetime) -> None:
    """Step 3: the new password, once; every session that there was is over, and the owner is told."""
    reset = await auth.stores.resets.get(token_hash(reset_id), at)
    account = await auth.stores.accounts.get(reset.account_id) if reset and reset.state == "password" else None
    if reset is None or account is None:
        raise refusals.is_over(WHAT)
    _check_password(auth, reset, account, typed)
    password_hash = await auth.hasher.hash(typed.password)
    event = PasswordReset(account_id=account.account_id, authority=reset.authority, person=account.person, reset_at=at)
    changed = await auth.stores.accounts.set_password(
        account.account_id, password_hash, reset_key=reset.key, events=[tell(event, reset.key)]
    )
    if changed is None:
        raise refusals.is_over(WHAT)
    await end_older_sessions(auth, changed)
    await codes.forget(auth, account.email_key, PASSWORD_GUESSES, code_limit("sign_in"), code_limit("reset"))
    await auth.stores.resets.end(reset.key)


async def _to_be_reset(auth: Auth, key: str, at: datetime) -> Account | None:
    sendable = await codes.may_send(auth, "reset", key, at)
    account = await auth.stores.accounts.by_email(key)
    return account if sendable and account and account.may_reset else None


async def _try(auth: Auth, key: str, at: datetime) -> Reset:
    if reset := await auth.stores.resets.count_try(key, at):
        return reset
    reset = await auth.stores.resets.get(key, at)
    if reset is None or reset.state != "code":
        raise refusals.is_over(WHAT)
    raise codes.not_tried(reset.challenge, at)


def _check_password(auth: Auth, reset: Reset, account: Account, typed: NewPasswordBody) -> None:
    authority = auth.authorities.get(reset.authority)
    context = [*account.context, authority.brand.name, authority.brand.portal_name]
    if faults := password_faults(typed.password, typed.confirm_password, rules=authority.password, context=context):
        raise refusals.faulty(faults)
