"""Another email address for an account: whoever asks knows the password and reads both mailboxes."""

from datetime import datetime

from chassis.errors import AlreadyHandled
from chassis.outbox import Outgoing, outgoing
from chassis.security import record
from contracts.api.accounts import AddressChangeBody, AddressCodesBody
from contracts.auth import AccountReaddressed, AddressCodeRequested, RegistrationRefused
from contracts.base import Contact
from services.auth.model import refusals
from services.auth.model.account import Account
from services.auth.model.address_change import LIFETIME, AddressChange, read_codes
from services.auth.model.codes import Challenge
from services.auth.model.devices import Caller
from services.auth.model.emails import email_fault, email_key
from services.auth.model.limits import ADDRESS_CHANGES, limit_key
from services.auth.model.tokens import new_token, token_hash
from services.auth.usecases import codes
from services.auth.usecases.accounts import check_password, owner, show_account
from services.auth.usecases.context import Auth

WHAT = "address_change"


async def start_address_change(
    auth: Auth, token: str, typed: AddressChangeBody, *, caller: Caller, at: datetime
) -> str:
    """Step 1: both mailboxes get a code. The answer says nothing of whether the address is another account's."""
    _, account = await owner(auth, token, at)
    if fault := email_fault(typed.email):
        raise refusals.faulty([fault])
    if email_key(typed.email) == account.email_key:
        raise refusals.same_address()
    await check_password(auth, account, typed.password, caller, at)
    await _spend(auth, account, at)
    new, new_code = codes.challenge_for(auth, account.authority, at)
    present, present_code = codes.challenge_for(auth, account.authority, at)
    email, change_id = typed.email.strip(), new_token()
    change = AddressChange(
        key=token_hash(change_id),
        account_id=account.account_id,
        authority=account.authority,
        email=email,
        former=account.email_key,
        new=new,
        present=present,
        expires_at=at + LIFETIME,
    )
    events = [
        await _to_new(auth, account, change, new_code),
        _code_event(auth, account, account.person, present, present_code, is_new=False),
    ]
    await auth.stores.address_changes.start(change, events)
    record("address.requested", "ok", account_id=account.account_id, client=caller.client)
    return change_id


async def confirm_address_change(
    auth: Auth, token: str, change_id: str, typed: AddressCodesBody, *, caller: Caller, at: datetime
) -> None:
    """Step 2: with both codes the address is the account's, once; both mailboxes are told."""
    _, account = await owner(auth, token, at)
    read = read_codes(typed.new_code, typed.present_code)
    if isinstance(read, list):
        raise refusals.faulty(read)
    change = await _try(auth, token_hash(change_id), account, at)
    ids = {"account_id": account.account_id, "client": caller.client}
    if faults := change.code_faults(*read, auth.secret):
        record("address.codes", "failed", **ids)
        raise refusals.faulty(faults)
    await _readdress(auth, account, change, at)
    record("address.changed", "ok", **ids)


async def _readdress(auth: Auth, account: Account, change: AddressChange, at: datetime) -> None:
    event = AccountReaddressed(
        account_id=account.account_id,
        authority=account.authority,
        person=Contact(email=change.email, name=account.name),
        former=account.person,
        readdressed_at=at,
    )
    try:
        changed = await auth.stores.accounts.set_address(
            account.account_id,
            change.email,
            email_key(change.email),
            former=change.former,
            events=[outgoing(event, change.new.code_id)],
        )
    except AlreadyHandled:
        raise refusals.address_taken() from None
    if changed is None:
        raise refusals.is_over(WHAT)
    await show_account(auth, account.account_id)
    await auth.stores.address_changes.end(change.key)


async def _spend(auth: Auth, account: Account, at: datetime) -> None:
    key = limit_key(auth.secret, ADDRESS_CHANGES, account.account_id)
    if not await auth.stores.limits.use(key, ADDRESS_CHANGES, at):
        record("limit.reached", "refused", limit=ADDRESS_CHANGES.name, account_id=account.account_id)
        raise refusals.too_many_codes()


async def _try(auth: Auth, key: str, account: Account, at: datetime) -> AddressChange:
    if change := await auth.stores.address_changes.count_try(key, account.account_id, at):
        return change
    change = await auth.stores.address_changes.get(key, account.account_id, at)
    if change is None:
        raise refusals.is_over(WHAT)
    raise codes.not_tried(change.new, at)


async def _to_new(auth: Auth, account: Account, change: AddressChange, code: str) -> Outgoing:
    """Where the address is another account's, its owner is told instead of sent a code."""
    if owner := await auth.stores.accounts.by_email(email_key(change.email)):
        at = change.new.issued_at
        refusal = RegistrationRefused(authority=account.authority, person=owner.person, refused_at=at)
        return outgoing(refusal, change.new.code_id)
    return _code_event(auth, account, Contact(email=change.email, name=account.name), change.new, code, is_new=True)


def _code_event(
    auth: Auth, account: Account, person: Contact, challenge: Challenge, code: str, *, is_new: bool
) -> Outgoing:
    event = AddressCodeRequested(
        code_id=challenge.code_id,
        authority=account.authority,
        person=person,
        is_new=is_new,
        code=auth.seal.close(code, challenge.code_id),
        expires_at=challenge.expires_at,
    )
    return outgoing(event, challenge.code_id)
