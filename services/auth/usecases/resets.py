"""Resetting a password: address, emailed code, new password. Never tells who has an account, never signs in."""

from datetime import datetime, timedelta

from chassis.outbox import Outgoing, outgoing
from chassis.security import record
from contracts.api.accounts import NewPasswordBody
from contracts.auth import PasswordReset, ResetRefused
from services.auth.model import refusals
from services.auth.model.account import Account
from services.auth.model.codes import Challenge
from services.auth.model.devices import Caller, known_device, with_device
from services.auth.model.emails import login_fault
from services.auth.model.limits import (
    CLIENT_RESETS,
    DEVICE_RESET_TRIES,
    RESET_TRIES,
    Limit,
    code_limit,
    keyed,
    limit_key,
)
from services.auth.model.reset import LIFETIME, NOBODY, Reset, may_share
from services.auth.model.tokens import new_token, token_hash
from services.auth.usecases import codes
from services.auth.usecases.accounts import check_new_password
from services.auth.usecases.context import Auth
from services.auth.usecases.logins import find_login
from services.auth.usecases.sessions import end_older_sessions

WHAT = "reset"


async def start_reset(auth: Auth, *, authority: str, email: str, caller: Caller, at: datetime) -> str:
    """Step 1: the same answer always; a code is in the mailbox soon where the address, or user name, has an account."""
    if fault := login_fault(email):
        raise refusals.faulty([fault])
    account, login = await find_login(auth, email)
    await _count_request(auth, account, caller, at)
    address = keyed(auth.secret, "reset", login)
    challenge, events = await _code(auth, account, address, authority, at)
    reset_id = new_token()
    reset = Reset(
        key=token_hash(reset_id),
        authority=authority,
        account_id=account.account_id if account else NOBODY,
        address=address,
        challenge=challenge,
        expires_at=at + LIFETIME,
        password_version=account.password_version if account else None,
    )
    await auth.stores.resets.start(reset, events)
    record("reset.requested", "ok", authority=authority, account_id=reset.account_id, client=caller.client)
    return reset_id


async def send_reset_code(auth: Auth, reset_id: str, at: datetime) -> None:
    """Another code; where the mailbox has had several already, the newest of them."""
    reset = await auth.stores.resets.get(token_hash(reset_id), at)
    if reset is None or reset.state != "code":
        raise refusals.is_over(WHAT)
    account = await auth.stores.accounts.get(reset.account_id)
    challenge, events = await _code(auth, account, reset.address, reset.authority, at)
    if await auth.stores.resets.replace_code(reset.key, challenge, events) is None:
        raise refusals.is_over(WHAT)


async def confirm_reset(auth: Auth, reset_id: str, typed: str, *, caller: Caller, at: datetime) -> None:
    """Step 2: the right code allows a new password, for as long as a code lives."""
    code = codes.digits_of(typed)
    reset = await _try(auth, token_hash(reset_id), at)
    used = await _count_try(auth, reset, caller, at)
    ids = {"authority": reset.authority, "account_id": reset.account_id, "client": caller.client}
    if reset.account_id == NOBODY or not reset.challenge.accepts(code, auth.secret):
        record("reset.code", "failed", **ids)
        raise codes.wrong(reset.challenge)
    lifetime = timedelta(minutes=auth.authorities.get(reset.authority).code_minutes)
    if await auth.stores.resets.accept(reset.key, at + lifetime) is None:
        raise refusals.is_over(WHAT)
    await auth.stores.limits.give_back(used)
    record("reset.code", "ok", **ids)


async def set_new_password(auth: Auth, reset_id: str, typed: NewPasswordBody, *, caller: Caller, at: datetime) -> str:
    """Step 3: the new password, once; every session that there was is over, the owner is told, this browser is known.

    Gives what the browser holds from now on: strangers who guess meanwhile do not keep the owner from signing in.
    """
    reset = await auth.stores.resets.get(token_hash(reset_id), at)
    account = await auth.stores.accounts.get(reset.account_id) if reset and reset.state == "password" else None
    if reset is None or account is None or reset.is_void(account):
        raise refusals.is_over(WHAT)
    check_new_password(auth, typed, authority=reset.authority, context=account.context)
    password_hash = await auth.hasher.hash(typed.password, caller.client)
    event = PasswordReset(account_id=account.account_id, authority=reset.authority, person=account.person, reset_at=at)
    changed = await auth.stores.accounts.set_password(
        account,
        password_hash,
        code_id=reset.challenge.code_id,
        events=[outgoing(event, reset.challenge.code_id)],
    )
    if changed is None:
        raise refusals.is_over(WHAT)
    await end_older_sessions(auth, changed)
    await codes.forget(auth, account.email_key, code_limit("sign_in"))
    await codes.forget(auth, reset.address, code_limit("reset"))
    await auth.stores.resets.end(reset.key)
    record("reset.password", "ok", authority=reset.authority, account_id=account.account_id, client=caller.client)
    return with_device(auth.secret, changed, caller.devices, at)


async def _count_request(auth: Auth, account: Account | None, caller: Caller, at: datetime) -> None:
    """By network only: strangers who ask in somebody's name must not keep the owner's reset from its mailbox."""
    if account and known_device(auth.secret, account, caller.devices, at):
        return
    if not await auth.stores.limits.use(limit_key(auth.secret, CLIENT_RESETS, caller.client), CLIENT_RESETS, at):
        record("limit.reached", "refused", limit=CLIENT_RESETS.name, client=caller.client)
        raise refusals.too_many_resets()


async def _code(
    auth: Auth, account: Account | None, address: str, authority: str, at: datetime
) -> tuple[Challenge, list[Outgoing]]:
    """A fresh code and its email; where the mailbox has had several, the newest that lies there serves this one too."""
    account_id = account.account_id if account else NOBODY
    if not await codes.may_send(auth, "reset", address, at):
        record("limit.reached", "refused", limit=code_limit("reset").name, account_id=account_id)
        latest = await auth.stores.resets.latest(account_id, at)
        if latest and may_share(latest.challenge, at):
            return latest.challenge.model_copy(update={"tries": 0}), []
    challenge, code = codes.challenge_for(auth, authority, at)
    if account is None:
        return challenge, []
    if account.is_dormant(auth.authorities.get(authority).dormant_days, at):
        record("reset.requested", "refused", why="dormant", account_id=account_id)
        refusal = ResetRefused(authority=authority, person=account.person, refused_at=at)
        return challenge, [outgoing(refusal, challenge.code_id)]
    event = codes.code_event(auth, challenge, code, authority=authority, purpose="reset", person=account.person)
    return challenge, [event]


async def _try(auth: Auth, key: str, at: datetime) -> Reset:
    if reset := await auth.stores.resets.count_try(key, at):
        return reset
    reset = await auth.stores.resets.get(key, at)
    if reset is None or reset.state != "code":
        raise refusals.is_over(WHAT)
    raise codes.not_tried(reset.challenge, at)


async def _count_try(auth: Auth, reset: Reset, caller: Caller, at: datetime) -> str:
    """Counts a code before it is looked at, for all resets of an address together; gives where it was counted."""
    limit, who = await _tries_of(auth, reset, caller, at)
    key = limit_key(auth.secret, limit, who)
    if not await auth.stores.limits.use(key, limit, at):
        record("limit.reached", "refused", limit=limit.name, account_id=reset.account_id, client=caller.client)
        raise refusals.too_many_reset_codes()
    return key


async def _tries_of(auth: Auth, reset: Reset, caller: Caller, at: datetime) -> tuple[Limit, str]:
    account = await auth.stores.accounts.get(reset.account_id)
    device = known_device(auth.secret, account, caller.devices, at) if account else None
    return (DEVICE_RESET_TRIES, device) if device else (RESET_TRIES, reset.address)
