"""What a delivery is and what its email says; no I/O, no clock, no async."""

from services.notify.model.delivery import (
    GIVE_UP_AFTER,
    EmailDelivery,
    Purpose,
    SealedCode,
    State,
    delay_after,
    delivery_id,
    masked,
)
from services.notify.model.letter import Letter, Letters, shown_code, shown_date, shown_time
from services.notify.model.mail import AddressInvalid, Mail, as_mail

__all__ = [
    "GIVE_UP_AFTER",
    "AddressInvalid",
    "EmailDelivery",
    "Letter",
    "Letters",
    "Mail",
    "Purpose",
    "SealedCode",
    "State",
    "as_mail",
    "delay_after",
    "delivery_id",
    "masked",
    "shown_code",
    "shown_date",
    "shown_time",
]
