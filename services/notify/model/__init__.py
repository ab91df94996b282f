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
from services.notify.model.delivery_report import TOKEN_BYTES, ReportAddress, failure_in, read_address
from services.notify.model.email_message import AddressInvalid, EmailMessage, as_message
from services.notify.model.email_templates import EmailTemplates, EmailText, shown_code, shown_date, shown_time

__all__ = [
    "GIVE_UP_AFTER",
    "TOKEN_BYTES",
    "AddressInvalid",
    "EmailDelivery",
    "EmailMessage",
    "EmailTemplates",
    "EmailText",
    "Purpose",
    "ReportAddress",
    "SealedCode",
    "State",
    "as_message",
    "delay_after",
    "delivery_id",
    "failure_in",
    "masked",
    "read_address",
    "shown_code",
    "shown_date",
    "shown_time",
]
