"""An email that is owed: the fact that it tells and the key of that make its id, so that it is owed once."""

import secrets
from datetime import datetime

from chassis import clock
from contracts.base import Contact
from services.notify.model import TOKEN_BYTES, EmailDelivery, Purpose, SealedCode, delivery_id


def owe(
    person: Contact,
    *,
    fact: str,
    key: str,
    purpose: Purpose,
    authority: str,
    values: dict[str, str],
    delegation_id: str | None = None,
    expires_at: datetime | None = None,
    code: SealedCode | None = None,
) -> EmailDelivery:
    """The email of this purpose to this person."""
    return EmailDelivery(
        delivery_id=delivery_id(fact, key, person.email),
        authority=authority,
        purpose=purpose,
        person=person,
        values=values,
        delegation_id=delegation_id,
        created_at=clock.now(),
        expires_at=expires_at,
        code=code,
        report_token=secrets.token_hex(TOKEN_BYTES),
    )
