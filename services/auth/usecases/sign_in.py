"""Signing in: the password, then the emailed code, then a session. However the password fails, the answer is one."""

from datetime import datetime

from chassis.outbox import Outgoing
from services.auth.model import refusals
from services.auth.model.account import Account
from services.auth.model.codes import Challenge
from services.auth.model.emails import email_key
from services.auth.model.limits import PASSWORD_GUESSES, code_limit
from services.auth.model.session import Session, SignIn, sign_in_of
from services.auth.model.tokens import new_token, token_hash
from services.auth.usecases import codes
from services.auth.usecases.context import Auth

WHAT = "sign_in"


async def start_sign_in(auth: Auth, *, authority: str, email: str, password: str, at: datetime) -> tuple[str, SignIn]:
    """Step 1: the right password sends a code; gives the id that only this browser holds."""
    auth.authorities.get(authority)
    account = await _authenticate(auth, email, password, at)
    await _spend(auth, account.email, at)
    challenge, code = codes.challenge_for(auth, authority, at)
    sign_in_id = new_token()
    sign_in = sign_in_of(account, key=token_hash(sign_in_id), authority=authority, challenge=challenge)
    await auth.stores.sessions.start(sign_in, [_code_event(sign_in, challenge, code)])
    return sign_in_id, sign_in


async def send_sign_in_code(auth: Auth, sign_in_id: str, at: datetime) -> SignIn:
    """Another code; the one before it is of no use any more."""
    sign_in = _there(await auth.stores.sessions.waiting(token_hash(sign_in_id), at))
    await _spend(auth, sign_in.email, at)
    challenge, code = codes.challenge_for(auth, sign_in.authority, at)
    events = [_code_event(sign_in, challenge, code)]
    return _there(await auth.stores.sessions.replace_code(sign_in.key, challenge, events, at))


async def confirm_sign_in(auth: Auth, sign_in_id: str, typed: str, at: datetime) -> tuple[str, Session]:
    """Step 2: the right code, within its tries and its time, opens one session with a token of its own."""
    code = codes.digits_of(typed)
    sign_in = await _try(auth, token_hash(sign_in_id), at)
    account = await auth.stores.accounts.count_failure(sign_in.account_id, "sign_in")
    if account is None or not sign_in.challenge.accepts(code, auth.secret):
        raise codes.wrong(sign_in.challenge)
    if account.password_version != sign_in.password_version:
        raise refusals.is_over(WHAT)
    token = new_token()
    session = await auth.stores.sessions.open(sign_in, token_hash(token), at)
    if session is None:
        raise refusals.is_over(WHAT)
    await auth.stores.accounts.clear_failures(account.account_id)
    await codes.forget(auth, account.email_key, PASSWORD_GUESSES, code_limit("sign_in"), code_limit("reset"))
    return token, session


async def _authenticate(auth: Auth, email: str, password: str, at: datetime) -> Account:
    """The guess is counted before it is looked at; what is not there is checked as long as what is."""
    key = email_key(email)
    if not await codes.use(auth, PASSWORD_GUESSES, key, at):
        raise refusals.wrong_credentials()
    account = await auth.stores.accounts.by_email(key)
    fits = await auth.hasher.matches(account.password_hash if account else None, password)
    if account is None or not fits or account.is_locked:
        raise refusals.wrong_credentials()
    return account


async def _try(auth: Auth, key: str, at: datetime) -> SignIn:
    if sign_in := await auth.stores.sessions.count_try(key, at):
        return sign_in
    raise codes.not_tried(_there(await auth.stores.sessions.waiting(key, at)).challenge, at)


async def _spend(auth: Auth, email: str, at: datetime) -> None:
    if not await codes.may_send(auth, "sign_in", email_key(email), at):
        raise refusals.too_many_codes()


def _code_event(sign_in: SignIn, challenge: Challenge, code: str) -> Outgoing:
    return codes.code_event(challenge, code, authority=sign_in.authority, purpose="sign_in", person=sign_in.person)


def _there(sign_in: SignIn | None) -> SignIn:
    if sign_in is None:
        raise refusals.is_over(WHAT)
    return sign_in
