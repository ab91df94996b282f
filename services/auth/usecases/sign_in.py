"""Signing in: the password, then the emailed code, then a session. Nothing tells whether an address has an account."""

from datetime import datetime

from chassis.outbox import Outgoing, outgoing
from chassis.security import SecurityEvent, record
from contracts.auth import DeviceAdded
from services.auth.model import refusals
from services.auth.model.account import Account
from services.auth.model.codes import Challenge
from services.auth.model.devices import Caller, known_device, with_device
from services.auth.model.emails import email_key
from services.auth.model.limits import code_limit
from services.auth.model.session import SignIn, sign_in_of
from services.auth.model.tokens import new_token, token_hash
from services.auth.usecases import codes
from services.auth.usecases.context import Auth
from services.auth.usecases.guessing import count_guess, was_no_guess, was_no_spray
from services.auth.usecases.sessions import OpenedSession

WHAT = "sign_in"


async def start_sign_in(
    auth: Auth, *, authority: str, email: str, password: str, caller: Caller, at: datetime
) -> tuple[str, SignIn]:
    """Step 1: the right password sends a code; gives the id that only this browser holds."""
    auth.authorities.get(authority)
    account = await authenticate(auth, email, password, caller, at)
    await _spend(auth, account.email, at)
    challenge, code = codes.challenge_for(auth, authority, at)
    sign_in_id = new_token()
    sign_in = sign_in_of(account, key=token_hash(sign_in_id), authority=authority, challenge=challenge)
    await auth.stores.sessions.start(sign_in, [_code_event(auth, sign_in, challenge, code)])
    return sign_in_id, sign_in


async def send_sign_in_code(auth: Auth, sign_in_id: str, at: datetime) -> SignIn:
    """Another code; the one before it is of no use any more."""
    sign_in = _there(await auth.stores.sessions.waiting(token_hash(sign_in_id), at))
    await _spend(auth, sign_in.email, at)
    challenge, code = codes.challenge_for(auth, sign_in.authority, at)
    events = [_code_event(auth, sign_in, challenge, code)]
    return _there(await auth.stores.sessions.replace_code(sign_in.key, challenge, events, at))


async def confirm_sign_in(auth: Auth, sign_in_id: str, typed: str, *, caller: Caller, at: datetime) -> OpenedSession:
    """Step 2: the right code, within its tries and its time, opens one session with a token of its own."""
    code = codes.digits_of(typed)
    sign_in = await _try(auth, token_hash(sign_in_id), at)
    account = await auth.stores.accounts.count_failure(sign_in.account_id)
    if account is None or not sign_in.challenge.accepts(code, auth.secret):
        _note("sign_in.code", sign_in, caller, is_ok=False)
        raise codes.wrong(sign_in.challenge)
    if account.password_version != sign_in.password_version:
        raise refusals.is_over(WHAT)
    token = new_token()
    session = await auth.stores.sessions.open(sign_in, token_hash(token), caller.browser, at)
    if session is None:
        raise refusals.is_over(WHAT)
    _note("sign_in.code", sign_in, caller, is_ok=True)
    return OpenedSession(token, session, await _welcome(auth, account, sign_in, caller, at))


async def authenticate(auth: Auth, email: str, password: str, caller: Caller, at: datetime) -> Account:
    """The account of an address, where the password is the right one.

    The guess is counted before it is looked at; what is not there is checked as long as what is.
    """
    account = await auth.stores.accounts.by_email(email_key(email))
    device = known_device(auth.secret, account, caller.devices, at) if account else None
    await count_guess(auth, email_key(email), caller, device, at)
    fits = await auth.hasher.matches(
        account.password_hash if account else None, password, device or caller.client, is_known=device is not None
    )
    ids = {"account_id": account.account_id if account else None, "client": caller.client}
    if account is None or not fits:
        record("sign_in.password", "failed", **ids)
        raise refusals.wrong_credentials()
    await was_no_spray(auth, caller, device)
    if account.is_locked:
        record("sign_in.password", "refused", **ids)
        raise refusals.locked()
    record("sign_in.password", "ok", **ids)
    return account


async def _welcome(auth: Auth, account: Account, sign_in: SignIn, caller: Caller, at: datetime) -> str:
    """Forgets what was counted on the way; gives what the browser holds from now on."""
    device = known_device(auth.secret, account, caller.devices, at)
    if device is None:
        _note("sign_in.new_device", sign_in, caller, is_ok=True)
    # Who has never signed in before knows of no other browser.
    is_news = device is None and account.signed_in_at is not None
    events = [_device_event(account, sign_in, caller, at)] if is_news else []
    await auth.stores.accounts.welcome(account.account_id, at, events)
    await codes.forget(auth, account.email_key, code_limit("sign_in"))
    await was_no_guess(auth, account.email_key, caller, device)
    return with_device(auth.secret, account, caller.devices, at)


async def _try(auth: Auth, key: str, at: datetime) -> SignIn:
    if sign_in := await auth.stores.sessions.count_try(key, at):
        return sign_in
    raise codes.not_tried(_there(await auth.stores.sessions.waiting(key, at)).challenge, at)


async def _spend(auth: Auth, email: str, at: datetime) -> None:
    if not await codes.may_send(auth, "sign_in", email_key(email), at):
        record("limit.reached", "refused", limit=code_limit("sign_in").name)
        raise refusals.too_many_codes()


def _note(event: SecurityEvent, sign_in: SignIn, caller: Caller, *, is_ok: bool) -> None:
    ids = {"authority": sign_in.authority, "account_id": sign_in.account_id, "client": caller.client}
    record(event, "ok" if is_ok else "failed", **ids)


def _code_event(auth: Auth, sign_in: SignIn, challenge: Challenge, code: str) -> Outgoing:
    return codes.code_event(
        auth, challenge, code, authority=sign_in.authority, purpose="sign_in", person=sign_in.person
    )


def _device_event(account: Account, sign_in: SignIn, caller: Caller, at: datetime) -> Outgoing:
    event = DeviceAdded(
        account_id=account.account_id,
        authority=sign_in.authority,
        person=account.person,
        browser=caller.browser,
        signed_in_at=at,
    )
    return outgoing(event, sign_in.key)


def _there(sign_in: SignIn | None) -> SignIn:
    if sign_in is None:
        raise refusals.is_over(WHAT)
    return sign_in
