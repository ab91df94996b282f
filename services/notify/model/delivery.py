"""One email to one address: what identifies it, when it is tried again, when it is given up. Not what it says."""

from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime

from chassis.outbox import derived_id
from contracts.addresses import address_key
from contracts.base import Contact, Sealed, Value

Purpose = Literal[
    "delegation",
    "delegation_to_group",
    "delegation_to_inbox",
    "re_assigned",
    "re_assigned_to_group",
    "moved",
    "amended",
    "retracted",
    "returned",
    "decline_refused",
    "parts_released",
    "parts_refused",
    "time_given",
    "time_refused",
    "reminder",
    "reminder_late",
    "reminder_to_manager",
    "reminder_unbegun",
    "reminder_unbegun_late",
    "amended_to_inbox",
    "retracted_to_inbox",
    "returned_to_inbox",
    "decided_to_inbox",
    "reminder_to_inbox",
    "reminder_late_to_inbox",
    "reminder_unbegun_to_inbox",
    "digest",
    "receipt",
    "sign_in",
    "registration",
    "reset",
    "already_registered",
    "account_opened",
    "account_wanted",
    "password_changed",
    "new_device",
    "account_closed",
    "reset_refused",
    "app_added",
    "app_removed",
    "codes_renewed",
    "code_used",
    "passkey_added",
    "passkey_removed",
    "calendar_made",
    "calendar_renewed",
    "calendar_ended",
    "new_address",
    "present_address",
    "address_changed",
]

State = Literal["queued", "sent", "failed", "lost", "expired", "withdrawn", "waiting", "told"]
"""`waiting` for its digest, and then `told` by it; of a digest itself, and of what goes out by itself, the others.

`lost`: taken, and not sent by a fault that is neither ours nor the address's.
"""

GIVE_UP_AFTER = timedelta(days=3)
"""How long a mail server may put an address off before the email counts as failed."""
READABLE_FOR = GIVE_UP_AFTER + timedelta(days=2)
"""So long it is known to whom an email went: what is heard of it later finds nobody."""

_DELAYS = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 60, 300, 900))
_URGENT_DELAY = timedelta(seconds=5)


class SealedCode(Value):
    """An emailed code as auth has sealed it: opened when its email is written, and kept nowhere open."""

    code_id: str
    sealed: str


class DigestLine(Value):
    """One thing that has happened, as a digest says it; nothing about the child."""

    what: str
    form: str
    reference: str
    due: str
    path: str


class ToldThing(Value):
    """What a digest tells, by ids: so that each thing is told once, and what cannot be delivered is known."""

    delivery_id: str
    delegation_id: str | None
    owed_at: AwareDatetime


class EmailDelivery(Value):
    """An email that is owed to somebody; the id follows from the fact, so that the same fact is told once."""

    delivery_id: str
    authority: str
    purpose: Purpose
    person: Sealed[Contact]
    values: Sealed[dict[str, str]]
    """What the template shows, as it is shown."""
    code: SealedCode | None = None
    delegation_id: str | None = None
    task_version: int = 0
    """Of its delegation's task, when this happened."""
    account_id: str | None = None
    """Whose digest it waits for, or is; None for whatever has none."""
    waits_until: AwareDatetime | None = None
    """When that digest goes out."""
    lines: Sealed[list[DigestLine]] = []
    """What a digest says."""
    tells: list[ToldThing] = []
    report_token: Sealed[str] = ""
    """What nobody can guess of the address to which its undelivered report comes."""
    trace: dict[str, str] = {}
    """The span of what it tells, so that sending it is seen below that, whenever and by whom it is sent."""
    attempts: int = 0
    created_at: AwareDatetime
    expires_at: AwareDatetime | None = None
    """After this the email is of no use (a code); None for all others."""

    @property
    def urgency(self) -> int:
        """0 where somebody sits and waits for it, else 1: a temporary password is of use for days."""
        return 1 if self.expires_at is None or self.purpose == "account_opened" else 0

    def has_expired(self, at: datetime) -> bool:
        """Whether its code is of no use any more."""
        return self.expires_at is not None and at >= self.expires_at

    @property
    def owed_since(self) -> datetime:
        """Since when it is tried, and with which day's key it is kept."""
        return self.waits_until or self.created_at

    def is_given_up(self, at: datetime) -> bool:
        """Whether it has been put off for so long that it counts as failed."""
        return at - self.owed_since >= GIVE_UP_AFTER


def delivery_id(fact: str, key: str, address: str) -> str:
    """The id of the email that tells this fact to this address."""
    return derived_id("notify.delivery", fact, key, address_key(address))


def delay_after(delivery: EmailDelivery) -> timedelta:
    """How long to wait after one more refusal; short as long as somebody sits and waits."""
    return _URGENT_DELAY if delivery.urgency == 0 else _DELAYS[min(delivery.attempts, len(_DELAYS) - 1)]


def masked(address: str) -> str:
    """An address as a council may see it in a report: the domain, and the first letter of the person."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}"
