"""The passkeys of an account: added beside password and code, listed, taken away."""

from datetime import datetime
from typing import NamedTuple

from chassis.security import record
from contracts.api.passkeys import NewPasskeyBody, PasskeyAnswerBody, PasskeyEntry, Site
from contracts.auth import FactorChange
from contracts.base import Fault
from services.auth.model import refusals
from services.auth.model.account import Account
from services.auth.model.devices import Caller
from services.auth.model.passkeys import (
    LIFETIME,
    MOST,
    NewCredential,
    Passkey,
    PasskeyChallenge,
    PasskeySecret,
    creation_options,
    made_credential,
    passkey_key,
    random_challenge,
    read_name,
)
from services.auth.model.tokens import new_token, token_hash
from services.auth.usecases.accounts import check_password, owner
from services.auth.usecases.context import Auth
from services.auth.usecases.factors import factor_changed

WHAT = "passkey"


class Begun(NamedTuple):
    """A challenge: the id that only this browser holds, and what the browser is told, as JSON."""

    challenge_id: str
    options: str


async def show(auth: Auth, token: str, at: datetime) -> list[PasskeyEntry]:
    """All of them, in the order in which they were added."""
    _, account = await owner(auth, token, at)
    return [
        PasskeyEntry(
            passkey_id=each.key,
            name=opened(auth, account, each).name,
            host=each.host,
            added_at=each.added_at,
            used_at=each.used_at,
        )
        for each in account.passkeys
    ]


async def begin_adding(auth: Auth, token: str, typed: NewPasskeyBody, *, caller: Caller, at: datetime) -> Begun:
    """Step 1: its name and the password; gives what the authenticator is to make."""
    session, account = await owner(auth, token, at)
    name = read_name(typed.name)
    if isinstance(name, Fault):
        raise refusals.faulty([name])
    await check_password(auth, account, typed.password, caller, at)
    if len(account.passkeys) >= MOST:
        raise refusals.too_many_passkeys()
    sealed_name = auth.vault.close(name, _about(account))
    challenge_id, challenge = new_challenge(typed.site, at, account_id=account.account_id, sealed_name=sealed_name)
    await auth.stores.passkey_challenges.start(challenge)
    options = creation_options(
        challenge,
        email=account.email,
        name=account.name,
        portal_name=auth.authorities.get(session.authority).brand.portal_name,
        present=[opened(auth, account, each) for each in account.passkeys if each.host == typed.site.host],
    )
    return Begun(challenge_id, options)


async def add(auth: Auth, token: str, typed: PasskeyAnswerBody, at: datetime) -> None:
    """Step 2: what the authenticator has made. Every other session is over, the owner is told."""
    session, account = await owner(auth, token, at)
    key = token_hash(typed.challenge_id)
    challenge = await auth.stores.passkey_challenges.take(key, account.account_id, at)
    if challenge is None:
        raise refusals.is_over(WHAT)
    made = made_credential(challenge, typed.answer)
    if made is None:
        record("factor.changed", "failed", account_id=account.account_id, what="passkey_added")
        raise refusals.passkey_not_made()
    passkey = _passkey(auth, account, challenge, made, at)
    events = [factor_changed(account, session.authority, "passkey_added", _codes_left(account), at)]
    version = account.password_version
    if await auth.stores.accounts.add_passkey(account.account_id, passkey, version=version, events=events) is None:
        raise refusals.is_over(WHAT)
    await _settle(auth, account, session.key, "passkey_added")


async def remove(auth: Auth, token: str, passkey_id: str, password: str, *, caller: Caller, at: datetime) -> None:
    """It opens nothing any more; every other session is over, the owner is told."""
    session, account = await owner(auth, token, at)
    await check_password(auth, account, password, caller, at)
    events = [factor_changed(account, session.authority, "passkey_removed", _codes_left(account), at)]
    if await auth.stores.accounts.remove_passkey(account.account_id, passkey_id, events) is None:
        raise refusals.no_passkey()
    await _settle(auth, account, session.key, "passkey_removed")


async def reset(auth: Auth, account_id: str, authority: str, at: datetime) -> None:
    """The council takes all away that were there when it said so: what they are kept on may be lost with the phone."""
    account = await auth.stores.accounts.get(account_id)
    if account is None or not any(each.added_at <= at for each in account.passkeys):
        return
    events = [factor_changed(account, authority, "passkey_removed", _codes_left(account), at)]
    await auth.stores.accounts.remove_passkeys(account_id, at, events)
    await _settle(auth, account, "", "passkey_removed")


def new_challenge(
    site: Site, at: datetime, *, account_id: str = "", sealed_name: str = ""
) -> tuple[str, PasskeyChallenge]:
    """A challenge, and the id that only its browser holds."""
    challenge_id = new_token()
    challenge = PasskeyChallenge(
        key=token_hash(challenge_id),
        challenge=random_challenge(),
        site=site,
        account_id=account_id,
        sealed_name=sealed_name,
        expires_at=at + LIFETIME,
    )
    return challenge_id, challenge


def opened(auth: Auth, account: Account, passkey: Passkey) -> PasskeySecret:
    """What is sealed of one of the account's."""
    return PasskeySecret.model_validate_json(auth.vault.open(passkey.sealed, _about(account)))


def _passkey(auth: Auth, account: Account, challenge: PasskeyChallenge, made: NewCredential, at: datetime) -> Passkey:
    name = auth.vault.open(challenge.sealed_name, _about(account))
    secret = PasskeySecret(credential_id=made.credential_id, public_key=made.public_key, name=name)
    return Passkey(
        key=passkey_key(auth.secret, made.credential_id),
        sealed=auth.vault.close(secret.model_dump_json(), _about(account)),
        host=challenge.site.host,
        sign_count=made.sign_count,
        added_at=at,
    )


async def _settle(auth: Auth, account: Account, session_key: str, what: FactorChange) -> None:
    await auth.stores.sessions.close_others(account.account_id, session_key)
    record("factor.changed", "ok", account_id=account.account_id, what=what)


def _about(account: Account) -> str:
    """Nothing that is sealed of an app opens as a passkey."""
    return f"passkeys of {account.account_id}"


def _codes_left(account: Account) -> int:
    return len(account.authenticator.recovery) if account.authenticator else 0
