"""Accounts that councils open: each with a temporary password for its owner's mailbox, which nobody else learns."""

import uuid
from datetime import datetime, timedelta

from chassis.errors import AlreadyHandled, TryLater
from chassis.outbox import Outgoing, derived_id, outgoing
from chassis.security import record
from contracts.auth import RegistrationRefused, TemporaryPasswordSet
from contracts.authority import Authority
from contracts.council import AccountOpened
from services.auth.model import refusals
from services.auth.model.account import Account
from services.auth.model.emails import email_fault, email_key
from services.auth.model.opening import full_name_of, is_late, opened
from services.auth.model.temporary_passwords import TemporaryPassword, new_temporary_password
from services.auth.model.user_names import user_name_at, with_user_name
from services.auth.usecases.context import Auth
from services.auth.usecases.registration import check_open
from services.auth.usecases.sessions import end_older_sessions

_ATTEMPTS = 3
"""As often an account is looked at anew that was changed between its read and the write."""


async def open_account(auth: Auth, message: AccountOpened, message_id: str, at: datetime) -> None:
    """What comes of it is the same to the council, and takes as long, whether the address has an account or not."""
    authority = auth.authorities.get(message.authority)
    if not authority.opens_accounts:
        raise refusals.opens_no_accounts()
    if fault := email_fault(message.email):
        raise refusals.unfit_address(fault)
    check_open(auth, authority.code, at)
    key, password = derived_id("auth.asked", authority.code, message_id), await _new_password(auth, authority, at)
    for _ in range(_ATTEMPTS):
        before = await _before(auth, message, key)
        if before and not before.is_unused:
            is_done = await _tell_owner(auth, before, message, key, at)
        elif before and is_late(before, message, at):
            raise AlreadyHandled(key)
        else:
            account = opened(message, before, password, key=key, at=at)
            is_done = await _keep(auth, account, password, is_new=before is None)
        if is_done:
            return
    raise TryLater(1, "the account is being changed")


async def _new_password(auth: Auth, authority: Authority, at: datetime) -> TemporaryPassword:
    """Made and hashed before the account is looked for: the work is the same whether there is one or not."""
    text, until = new_temporary_password(), at + timedelta(days=authority.temporary_password_days)
    return TemporaryPassword(text, await auth.hasher.hash(text, authority.code), until)


async def _before(auth: Auth, message: AccountOpened, key: str) -> Account | None:
    """The account that the address has; AlreadyHandled where it has had this message."""
    account = await auth.stores.accounts.by_email(email_key(message.email))
    if account and key in account.asked_by:
        raise AlreadyHandled(key)
    await _check_user_name(auth, full_name_of(message), account)
    return account


async def _check_user_name(auth: Auth, full: str, account: Account | None) -> None:
    """Kept for one address at its authority, whatever becomes of the message: so it tells nothing of who had one."""
    holder = await auth.stores.accounts.holding(full) if full else None
    if holder and (account is None or holder.account_id != account.account_id):
        raise refusals.user_name_taken()


async def _keep(auth: Auth, account: Account, password: TemporaryPassword, *, is_new: bool) -> bool:
    """Writes it with the email to its owner; whoever was on the way with the password before begins again."""
    events = [_password_event(auth, account, password)]
    if is_new:
        is_kept = await auth.stores.accounts.add(account, events)
    else:
        is_kept = await auth.stores.accounts.reopen(account, events)
    if is_kept:
        await end_older_sessions(auth, account)
        record("account.opened", "ok", authority=account.authority, account_id=account.account_id)
    return is_kept


def _password_event(auth: Auth, account: Account, password: TemporaryPassword) -> Outgoing:
    code_id = uuid.uuid4().hex
    event = TemporaryPasswordSet(
        code_id=code_id,
        authority=account.authority,
        person=account.person,
        user_name=user_name_at(account.user_names, account.authority),
        code=auth.seal.close(password.text, code_id),
        expires_at=password.until,
    )
    return outgoing(event, code_id)


async def _tell_owner(auth: Auth, account: Account, message: AccountOpened, key: str, at: datetime) -> bool:
    """Nothing of an account in use changes; whoever reads its mailbox hears that somebody wanted one for them."""
    event = RegistrationRefused(authority=message.authority, person=account.person, refused_at=at, by_council=True)
    names = with_user_name(account.user_names, full_name_of(message), signs_in=False)
    return await auth.stores.accounts.note_asking(account, key, names, [outgoing(event, key)])
