"""An email that is owed: the fact that it tells and the key of that make its id, so that it is owed once."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from chassis import clock
from chassis.clock import LONDON
from contracts.base import Contact
from services.notify.model import (
    TOKEN_BYTES,
    EmailDelivery,
    Purpose,
    SealedCode,
    delivery_id,
    lines_of,
    shown_date,
    told_of,
)


def owe(
    person: Contact,
    *,
    fact: str,
    key: str,
    purpose: Purpose,
    authority: str,
    values: dict[str, str],
    delegation_id: str | None = None,
    task_version: int = 0,
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
        task_version=task_version,
        created_at=clock.now(),
        expires_at=expires_at,
        code=code,
        report_token=secrets.token_hex(TOKEN_BYTES),
    )


def owe_digest(waiting: Sequence[EmailDelivery], digest_id: str, ticket: str) -> EmailDelivery:
    """The digest of what waits, to whom the last of it was to go; the ticket is the way back from digests."""
    latest, at = waiting[-1], clock.now()
    return EmailDelivery(
        delivery_id=digest_id,
        authority=latest.authority,
        purpose="digest",
        person=latest.person,
        values={"day": shown_date(at.astimezone(LONDON)), "path": "tasks", "way_back": f"emails/{ticket}"},
        lines=lines_of(waiting),
        tells=told_of(waiting),
        created_at=at,
        report_token=secrets.token_hex(TOKEN_BYTES),
    )
