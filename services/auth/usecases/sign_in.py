"""Signing in: the password, then a code, then a session. Nothing tells whether an address has an account."""

from datetime import datetime

from chassis.errors import Refused
from chassis.outbox import Outgoing
from chassis.security import SecurityEvent, record
from contracts.authority import Authority
from contracts.base import Fault
from services.auth.model import refusals
from services.auth.model.account import Account
from services.auth.model.authenticator import TypedCode, read_app_code
from services.auth.model.codes import TRIES, Challenge, read_code
from services.auth.model.devices import Caller
from services.auth.model.emails import email_key
from services.auth.model.limits import code_limit
from services.auth.model.session import Session, SignIn, sign_in_of
from services.auth.model.tokens import new_token, token_hash
from services.auth.model.trusts import days_offered, found_trust
from services.auth.usecases import authenticators, codes, trusts
from services.auth.usecases.context import Auth
from services.auth.usecases.opening import open_without_code, welcome
from services.auth.usecases.passwords import authenticate
from services.auth.usecases.sessions import OpenedSession

WHAT = "sign_in"


async def start_sign_in(
    auth: Auth, *, authority: str, email: str, password: str, caller: Caller, at: datetime
) -> tuple[str, SignIn] | OpenedSession:
    """Step 1: the right password sends a code; gives the id that only this browser holds.

    In a browser that is trusted here it opens a session at once.
    """
    settings = auth.authorities.get(authority)
    account = await authenticate(auth, email, password, caller, at)
    if found_trust(auth.secret, account, settings, caller.trusts, at):
        return await _open_trusted(auth, account, settings, caller, at)
    challenge, code = codes.challenge_for(auth, authority, at)
    sign_in_id = new_token()
    sign_in = sign_in_of(account, key=token_hash(sign_in_id), authority=settings, challenge=challenge)
    events = []
    if sign_in.factor == "email":
        await _spend(auth, account.email, at)
        events = [_code_event(auth, sign_in, challenge, code)]
    await auth.stores.sessions.start(sign_in, events)
    return sign_in_id, sign_in


async def _open_trusted(
    auth: Auth, account: Account, authority: Authority, caller: Caller, at: datetime
) -> OpenedSession:
    def may_open(account: Account) -> bool:
        return found_trust(auth.secret, account, authority, caller.trusts, at) is not None

    opened = await open_without_code(auth, account, authority.code, by="trust", caller=caller, at=at, may_open=may_open)
    _note("sign_in.trusted", opened.session, caller, is_ok=True)
    return opened


def trusted_days(auth: Auth, sign_in: SignIn) -> int:
    """For how many days the browser may be trusted once its code is right; 0 where it may not be."""
    return days_offered(sign_in, auth.authorities.get(sign_in.authority))


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


async def confirm_sign_in(
    auth: Auth, sign_in_id: str, typed: str, *, caller: Caller, at: datetime, trust: bool = False
) -> OpenedSession:
    """Step 2: the right code, within its tries and its time, opens one session with a token of its own.

    `trust` says that its owner wants to be asked for no code in this browser, where the authority grants that.
    """
    code = _read(_there(await auth.stores.sessions.waiting(token_hash(sign_in_id), at)), typed)
    sign_in = await _try(auth, token_hash(sign_in_id), at)
    account = await auth.stores.accounts.count_failure(sign_in.account_id)
    if account is None or not await _accepts(auth, account, sign_in, code, at):
        _note("sign_in.code", sign_in, caller, is_ok=False)
        raise _wrong(sign_in)
    if account.password_version != sign_in.password_version:
        raise refusals.is_over(WHAT)
    token = new_token()
    session = await auth.stores.sessions.open(sign_in, token_hash(token), caller.browser, account.signed_in_at, at)
    if session is None:
        raise refusals.is_over(WHAT)
    _note("sign_in.code", sign_in, caller, is_ok=True)
    devices = await welcome(auth, account, session, caller=caller, by="code")
    is_trusted = trust and trusted_days(auth, sign_in) > 0
    return OpenedSession(
        token, session, devices, await trusts.give(auth, account, session, caller) if is_trusted else ""
    )


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


def _note(event: SecurityEvent, sign_in: SignIn | Session, caller: Caller, *, is_ok: bool) -> None:
    ids = {"authority": sign_in.authority, "account_id": sign_in.account_id, "client": caller.client}
    record(event, "ok" if is_ok else "failed", **ids)


def _code_event(auth: Auth, sign_in: SignIn, challenge: Challenge, code: str) -> Outgoing:
    return codes.code_event(
        auth, challenge, code, authority=sign_in.authority, purpose="sign_in", person=sign_in.person
    )


def _there(sign_in: SignIn | None) -> SignIn:
    if sign_in is None:
        raise refusals.is_over(WHAT)
    return sign_in
