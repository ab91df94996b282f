"""Signing in with a passkey: one step, which shows both that somebody has it and that it is they."""

from datetime import datetime
from functools import partial

from chassis.security import record
from contracts.api.passkeys import PasskeySignInBody, Site
from services.auth.model import refusals
from services.auth.model.account import Account
from services.auth.model.devices import Caller, known_device
from services.auth.model.limits import DEVICE_PASSKEY_TRIES, PASSKEY_TRIES, limit_key
from services.auth.model.passkeys import (
    Claim,
    Passkey,
    PasskeyChallenge,
    claim_of,
    has_gone_on,
    passkey_key,
    request_options,
    shown_count,
)
from services.auth.model.tokens import token_hash
from services.auth.usecases.context import Auth
from services.auth.usecases.opening import open_without_code
from services.auth.usecases.passkeys import WHAT, Begun, new_challenge, opened
from services.auth.usecases.sessions import OpenedSession


async def begin(auth: Auth, site: Site, at: datetime) -> Begun:
    """What any passkey of this address is to sign; it says nothing of who has one."""
    challenge_id, challenge = new_challenge(site, at)
    await auth.stores.passkey_challenges.start(challenge)
    return Begun(challenge_id, request_options(challenge))


async def sign_in(auth: Auth, typed: PasskeySignInBody, *, caller: Caller, at: datetime) -> OpenedSession:
    """The session of whose passkey has signed the challenge, once. It is asked for no code, whatever is asked for."""
    authority, claim = auth.authorities.get(typed.authority).code, claim_of(typed.answer)
    account = await auth.stores.accounts.get(claim.account_id) if claim else None
    counted = await _count_try(auth, account, caller, at)
    challenge = await auth.stores.passkey_challenges.take(token_hash(typed.challenge_id), "", at)
    if challenge is None:
        raise refusals.is_over(WHAT)
    signed = _signed(auth, account, claim, challenge, typed.answer) if account and claim else None
    ids = {"authority": authority, "account_id": account.account_id if account else None, "client": caller.client}
    if account is None or signed is None:
        record("sign_in.passkey", "failed", **ids)
        raise refusals.passkey_refused()
    if not await _takes(auth, account, *signed, at):
        record("sign_in.passkey", "refused", why="copied", **ids)
        raise refusals.passkey_refused()
    is_there = partial(_has, signed[0])
    session = await open_without_code(auth, account, authority, by="passkey", caller=caller, at=at, may_open=is_there)
    await auth.stores.limits.give_back(counted)
    record("sign_in.passkey", "ok", **ids)
    return session


def _signed(
    auth: Auth, account: Account, claim: Claim, challenge: PasskeyChallenge, answer: str
) -> tuple[Passkey, int] | None:
    """The account's passkey that has signed the challenge, and the count that it shows; None where none has."""
    key, host = passkey_key(auth.secret, claim.credential_id), challenge.site.host
    passkey = next((each for each in account.passkeys if each.key == key and each.host == host), None)
    if passkey is None:
        return None
    count = shown_count(challenge, answer, opened(auth, account, passkey).public_key)
    return None if count is None else (passkey, count)


def _has(passkey: Passkey, account: Account) -> bool:
    return any(each.key == passkey.key for each in account.passkeys)


async def _takes(auth: Auth, account: Account, passkey: Passkey, count: int, at: datetime) -> bool:
    """Writes the count down; False where it says that the authenticator was copied, also to somebody who was faster."""
    if not has_gone_on(passkey.sign_count, count):
        return False
    return await auth.stores.accounts.use_passkey(account.account_id, passkey.key, count, at)


async def _count_try(auth: Auth, account: Account | None, caller: Caller, at: datetime) -> str:
    """Counts a try before it is looked at, by network; a browser that the account knows by itself alone."""
    device = known_device(auth.secret, account, caller.devices, at) if account else None
    limit, who = (DEVICE_PASSKEY_TRIES, device) if device else (PASSKEY_TRIES, caller.client)
    key = limit_key(auth.secret, limit, who)
    if not await auth.stores.limits.use(key, limit, at):
        record("limit.reached", "refused", limit=limit.name, client=caller.client)
        raise refusals.too_many_passkey_tries()
    return key
