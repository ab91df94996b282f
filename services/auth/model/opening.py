"""An account that a council has opened, until its owner takes it over. No I/O, no clock."""

import uuid
from datetime import datetime

from contracts.api.auth import RegistrationDetails
from contracts.council import AccountOpened
from services.auth.model.account import Account, Opening
from services.auth.model.details import tidy
from services.auth.model.emails import email_key
from services.auth.model.registration import LIFETIME
from services.auth.model.temporary_passwords import TemporaryPassword
from services.auth.model.user_names import full_user_name, with_user_name

MOST_REMEMBERED = 20
"""Of how many messages an account knows that it has had them."""


def asked_at(message: AccountOpened, at: datetime) -> datetime:
    """When the council wanted it; a clock that is ahead holds nothing up that comes after."""
    return min(message.opened_at or at, at)


def is_late(account: Account, message: AccountOpened, at: datetime) -> bool:
    """Whether an unused account is as this message, or a later one, has it."""
    return account.opening is not None and asked_at(message, at) <= account.opening.asked_at


def opened(
    message: AccountOpened, before: Account | None, password: TemporaryPassword, *, key: str, at: datetime
) -> Account:
    """The account with a temporary password; whatever an unused one had before it is void.

    Beyond the time of that password it is kept for as long as a registration that is not finished.
    """
    return Account(
        account_id=before.account_id if before else str(uuid.uuid4()),
        authority=message.authority,
        email=message.email.strip(),
        email_key=email_key(message.email),
        password_hash=password.hash,
        password_version=before.password_version + 1 if before else 1,
        details=_details(message),
        registered_at=at,
        opening=Opening(
            by=_wanted_by(message, before),
            asked_at=asked_at(message, at),
            password_until=password.until,
            forget_at=password.until + LIFETIME,
        ),
        user_names=with_user_name(before.user_names if before else [], full_name_of(message), signs_in=True),
        asked_by=[*(before.asked_by if before else []), key][-MOST_REMEMBERED:],
    )


def full_name_of(message: AccountOpened) -> str:
    """The user name as it is typed; empty where the council gives none."""
    return full_user_name(message.authority, message.user_name) if message.user_name else ""


def _wanted_by(message: AccountOpened, before: Account | None) -> list[str]:
    already = before.opening.by if before and before.opening else []
    return sorted({*already, message.authority})


def _details(message: AccountOpened) -> RegistrationDetails:
    return tidy(
        RegistrationDetails(
            forename=message.forename,
            surname=message.surname,
            is_professional=True,
            role=message.role,
            organisation=message.organisation,
        )
    )
