"""What notify tells the other services about emails."""

from typing import ClassVar

from pydantic import AwareDatetime

from contracts.base import Contact, Event


class DeliveryFailed(Event):
    """An email has been refused for good."""

    wire_name: ClassVar[str] = "notify.delivery.failed.v1"

    delivery_id: str
    authority: str
    purpose: str
    person: Contact
    task_id: str | None = None
    reason: str
    failed_at: AwareDatetime
