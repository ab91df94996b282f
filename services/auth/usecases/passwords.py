"""Whose password it is, asked by whoever signs in or changes an account."""

from datetime import datetime

from chassis.security import record
from services.auth.model import refusals
from services.auth.model.account import Account
from services.auth.model.devices import Caller, known_device
from services.auth.model.emails import email_key
from services.auth.usecases.context import Auth
from services.auth.usecases.guessing import count_guess, was_no_spray


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
