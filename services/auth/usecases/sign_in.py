"""Signing in: the password, then the emailed code, then a session. Nothing tells whether an address has an account."""

from datetime import datetime

from chassis.errors import Refused
from chassis.outbox import Outgoing, outgoing
from chassis.security import SecurityEvent, record
from contracts.auth import DeviceAdded
from contracts.base import Fault
from services.auth.model import refusals
from services.auth.model.account import Account
from services.auth.model.authenticator import TypedCode, read_app_code
from services.auth.model.codes import TRIES, Challenge, read_code
from services.auth.model.devices import Caller, known_device, with_device
from services.auth.model.emails import email_key
from services.auth.model.limits import code_limit
from services.auth.model.session import SignIn, sign_in_of
from services.auth.model.tokens import new_token, token_hash
from services.auth.usecases import authenticators, codes
from services.auth.usecases.context import Auth
from services.auth.usecases.guessing import was_no_guess
from services.auth.usecases.passwords import authenticate
from services.auth.usecases.sessions import OpenedSession

WHAT = "sign_in"


async def start_sign_in(
    auth: Auth, *, authority: str, email: str, password: str, caller: Caller, at: datetime
) -> tuple[str, SignIn]:
    """Step 1: the right password sends a code; gives the id that only this browser holds."""
    settings = auth.authorities.get(authority)
    account = await authenticate(auth, email, password, caller, at)
    challenge, code = codes.challenge_for(auth, authority, at)
    sign_in_id = new_token()
    sign_in = sign_in_of(account, key=token_hash(sign_in_id), authority=settings, challenge=challenge)
    events = []
    if sign_in.factor == "email":
        await _spend(auth, account.email, at)
        events = [_code_event(auth, sign_in, challenge, code)]
    await auth.stores.sessions.start(sign_in, events)
    return sign_in_id, sign_in


def may_email(auth: Auth, sign_in: SignIn) -> bool:
    """Whether a code by email opens this session."""
    return sign_in.factor == "email" or auth.authorities.get(sign_in.authority).second_factor == "either"


async def send_sign_in_code(auth: Auth, sign_in_id: str, at: datetime) -> SignIn:
    """Another code, by email; the one before it is of no use any more."""
    sign_in = _there(await auth.stores.sessions.waiting(token_hash(sign_in_id), at))
    if not may_email(auth, sign_in):
        raise refusals.app_needed()
    if sign_in.factor == "app":
        sign_in = _there(await auth.stores.sessions.send_by_email(sign_in.key, at))
    await _spend(auth, sign_in.email, at)
    challenge, code = codes.challenge_for(auth, sign_in.authority, at)
    events = [_code_event(auth, sign_in, challenge, code)]
    return _there(await auth.stores.sessions.replace_code(sign_in.key, challenge, events, at))


async def confirm_sign_in(auth: Auth, sign_in_id: str, typed: str, *, caller: Caller, at: datetime) -> OpenedSession:
    """Step 2: the right code, within its tries and its time, opens one session with a token of its own."""
    code = _read(_there(await auth.stores.sessions.waiting(token_hash(sign_in_id), at)), typed)
    sign_in = await _try(auth, token_hash(sign_in_id), at)
    account = await auth.stores.accounts.count_failure(sign_in.account_id)
    if account is None or not await _accepts(auth, account, sign_in, code, at):
        _note("sign_in.code", sign_in, caller, is_ok=False)
        raise _wrong(sign_in)
    if account.password_version != sign_in.password_version:
        raise refusals.is_over(WHAT)
    token = new_token()
    session = await auth.stores.sessions.open(sign_in, token_hash(token), caller.browser, at)
    if session is None:
        raise refusals.is_over(WHAT)
    _note("sign_in.code", sign_in, caller, is_ok=True)
    return OpenedSession(token, session, await _welcome(auth, account, sign_in, caller, at))


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


def _read(sign_in: SignIn, typed: str) -> str | TypedCode:
    """The code of the factor that is asked for; what cannot be one costs no try."""
    code = read_code(typed) if sign_in.factor == "email" else read_app_code(typed)
    if isinstance(code, Fault):
        raise refusals.faulty([code])
    return code


async def _accepts(auth: Auth, account: Account, sign_in: SignIn, code: str | TypedCode, at: datetime) -> bool:
    """A code of another factor than is asked for by now is none."""
    if isinstance(code, TypedCode):
        return sign_in.factor == "app" and await authenticators.accept(auth, account, sign_in, code, at)
    return sign_in.factor == "email" and sign_in.challenge.accepts(code, auth.secret)


async def _try(auth: Auth, key: str, at: datetime) -> SignIn:
    if sign_in := await auth.stores.sessions.count_try(key, at):
        return sign_in
    sign_in = _there(await auth.stores.sessions.waiting(key, at))
    raise refusals.app_code_over() if sign_in.factor == "app" else codes.not_tried(sign_in.challenge, at)


def _wrong(sign_in: SignIn) -> Refused:
    if sign_in.factor == "email":
        return codes.wrong(sign_in.challenge)
    return refusals.app_code_wrong() if sign_in.challenge.tries < TRIES else refusals.app_code_over()


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
