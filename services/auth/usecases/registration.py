"""Registering in three steps. An address that has an account gets the same pages, and an email that says so."""

import uuid
from datetime import datetime

from chassis.clock import day_of
from chassis.outbox import Outgoing, outgoing
from chassis.security import record
from contracts.api.auth import CredentialsBody, RegistrationDetails
from contracts.auth import AccountRegistered, RegistrationRefused
from services.auth.model import refusals
from services.auth.model.account import Account, context_of
from services.auth.model.codes import Challenge
from services.auth.model.details import checked
from services.auth.model.devices import Caller
from services.auth.model.emails import email_fault, email_key
from services.auth.model.limits import ADDRESS_REGISTRATIONS, code_limit, limit_key
from services.auth.model.passwords import password_faults
from services.auth.model.registration import LIFETIME, Registration
from services.auth.model.tokens import new_token, token_hash
from services.auth.usecases import codes
from services.auth.usecases.context import Auth

WHAT = "registration"


async def start_registration(
    auth: Auth, *, authority: str, details: RegistrationDetails, at: datetime
) -> tuple[str, Registration]:
    """Step 1: keeps what was typed; gives the id that only this person's browser session holds."""
    check_open(auth, authority, at)
    registration_id = new_token()
    registration = Registration(
        key=token_hash(registration_id),
        account_id=str(uuid.uuid4()),
        authority=authority,
        details=checked(details),
        started_at=at,
        expires_at=at + LIFETIME,
    )
    await auth.stores.registrations.start(registration)
    return registration_id, registration


async def find_registration(auth: Auth, registration_id: str, at: datetime) -> Registration:
    """What has been typed so far."""
    registration = await auth.stores.registrations.get(token_hash(registration_id), at)
    return _there(registration)


async def change_details(auth: Auth, registration_id: str, details: RegistrationDetails, at: datetime) -> Registration:
    """Step 1 again, after Back."""
    key = token_hash(registration_id)
    return _there(await auth.stores.registrations.set_details(key, checked(details), at))


async def set_credentials(
    auth: Auth, registration_id: str, typed: CredentialsBody, *, caller: Caller, at: datetime
) -> Registration:
    """Step 2: address and password; sends the code of step 3."""
    registration = await find_registration(auth, registration_id, at)
    _check_credentials(auth, registration, typed)
    await _spend(auth, typed.email, caller, at)
    password_hash = await auth.hasher.hash(typed.password, caller.client)
    filled = registration.model_copy(update={"email": typed.email.strip(), "password_hash": password_hash})
    challenge, event = await _code(auth, filled, at)
    return _there(await auth.stores.registrations.set_credentials(filled, challenge, [event], at))


async def send_registration_code(auth: Auth, registration_id: str, *, caller: Caller, at: datetime) -> Registration:
    """Another code; the one before it is of no use any more."""
    registration = await find_registration(auth, registration_id, at)
    if registration.challenge is None:
        raise refusals.is_over(WHAT)
    await _spend(auth, registration.email, caller, at)
    challenge, event = await _code(auth, registration, at)
    return _there(await auth.stores.registrations.replace_code(registration, challenge, [event], at))


async def confirm_registration(auth: Auth, registration_id: str, typed: str, *, caller: Caller, at: datetime) -> None:
    """Step 3: the right code opens the account, once, however often it is sent."""
    key, code = token_hash(registration_id), codes.digits_of(typed)
    registration = await auth.stores.registrations.count_try(key, at)
    if registration is None or registration.challenge is None:
        return await _confirmed_before(auth, key, at)
    ids = {"authority": registration.authority, "account_id": registration.account_id, "client": caller.client}
    if not registration.challenge.accepts(code, auth.secret):
        record("registration.code", "failed", **ids)
        raise codes.wrong(registration.challenge)
    account = registration.account(at)
    if not await auth.stores.accounts.add(account, [registered(account)]):
        raise refusals.address_taken()
    await auth.stores.registrations.complete(key)
    record("registration.finished", "ok", **ids)
    return None


async def _confirmed_before(auth: Auth, key: str, at: datetime) -> None:
    """A double click after the right code is no fault; anything else says why the code was not looked at."""
    registration = _there(await auth.stores.registrations.get(key, at))
    if registration.state == "completed":
        return
    raise codes.not_tried(registration.challenge, at) if registration.challenge else refusals.is_over(WHAT)


async def _spend(auth: Auth, email: str, caller: Caller, at: datetime) -> None:
    """By network first: strangers who type somebody's address leave its owner's codes alone."""
    counts = ((code_limit("registration"), caller.client), (ADDRESS_REGISTRATIONS, ""))
    for limit, client in counts:
        if not await auth.stores.limits.use(limit_key(auth.secret, limit, email_key(email), client), limit, at):
            record("limit.reached", "refused", limit=limit.name, client=caller.client)
            raise refusals.too_many_codes()


async def _code(auth: Auth, registration: Registration, at: datetime) -> tuple[Challenge, Outgoing]:
    """A challenge either way; its code is sent only where the address is free."""
    challenge, code = codes.challenge_for(auth, registration.authority, at)
    owner = await auth.stores.accounts.by_email(email_key(registration.email))
    if owner is None:
        authority, person = registration.authority, registration.person
        return challenge, codes.code_event(
            auth, challenge, code, authority=authority, purpose="registration", person=person
        )
    refusal = RegistrationRefused(authority=registration.authority, person=owner.person, refused_at=at)
    return challenge, outgoing(refusal, challenge.code_id)


def registered(account: Account) -> Outgoing:
    """The account has its owner: told once, whoever has opened it."""
    event = AccountRegistered(
        account_id=account.account_id,
        authority=account.authority,
        person=account.person,
        role=account.details.role,
        organisation=account.details.organisation,
        registered_at=account.registered_at,
        opened_by=account.opening.by if account.opening else [],
    )
    return outgoing(event, account.account_id)


def _check_credentials(auth: Auth, registration: Registration, typed: CredentialsBody) -> None:
    authority = auth.authorities.get(registration.authority)
    context = [*context_of(typed.email, registration.details), *authority.brand.names]
    passwords = password_faults(
        typed.password, typed.confirm_password, rules=authority.password, common=auth.common, context=context
    )
    address = email_fault(typed.email)
    if faults := [address, *passwords] if address else passwords:
        raise refusals.faulty(faults)


def check_open(auth: Auth, code: str, at: datetime) -> None:
    """Refused where the authority's portal opens on a later date (requirements F36)."""
    authority = auth.authorities.get(code)
    if authority.go_live_on and day_of(at) < authority.go_live_on:
        raise refusals.not_open_yet(authority.brand.door_name, f"{authority.go_live_on:%d %B %Y}".lstrip("0"))


def _there(registration: Registration | None) -> Registration:
    if registration is None:
        raise refusals.is_over(WHAT)
    return registration
