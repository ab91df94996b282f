"""What notify tells the other services."""

from typing import ClassVar

from pydantic import AwareDatetime

from contracts.base import Contact, Erased, Event


class EmailFailed(Event):
    """An email about a delegation was refused for good: at once, or by a report that came later."""

    wire_name: ClassVar[str] = "notify.email.failed.v1"

    authority: str
    delegation_id: str
    person: Contact
    owed_at: AwareDatetime
    """When there was something to tell them."""


class EmailsErased(Erased):
    """What was noted of a delegation's emails is gone."""

    wire_name: ClassVar[str] = "notify.emails.erased.v1"
