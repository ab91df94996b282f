"""Whose password it is, asked by whoever signs in or changes an account."""

from datetime import datetime

from chassis.security import record
from services.auth.model import refusals
from services.auth.model.account import Account
from services.auth.model.devices import Caller, known_device
from services.auth.model.temporary_passwords import is_too_old, typed_password
from services.auth.model.user_names import read_user_name
from services.auth.usecases.context import Auth
from services.auth.usecases.guessing import count_guess, was_no_spray
from services.auth.usecases.logins import find_login


async def authenticate(auth: Auth, login: str, password: str, caller: Caller, at: datetime) -> Account:
    """The account of an address or a user name, where the password is the right one.

    The guess is counted before it is looked at; what is not there is checked as long as what is. A temporary password
    that is too old is as wrong as any other.
    """
    account, key = await find_login(auth, login)
    device = known_device(auth.secret, account, caller.devices, at) if account else None
    await count_guess(auth, key, caller, device, at)
    fits = await auth.hasher.matches(
        account.password_hash if account else None,
        typed_password(account, password),
        device or caller.client,
        is_known=device is not None,
    )
    ids = {"account_id": account.account_id if account else None, "client": caller.client}
    if account is None or not fits or is_too_old(account, at):
        record("sign_in.password", "failed", **ids)
        raise refusals.wrong_credentials("user name" if read_user_name(login) else "email address")
    await was_no_spray(auth, caller, device)
    if account.is_locked:
        record("sign_in.password", "refused", **ids)
        raise refusals.locked()
    record("sign_in.password", "ok", **ids)
    return account
