"""What a delivery is and what its email says; no I/O, no clock, no async."""

from services.notify.model.delivery import (
    GIVE_UP_AFTER,
    READABLE_FOR,
    DigestLine,
    EmailDelivery,
    Purpose,
    SealedCode,
    State,
    ToldThing,
    delay_after,
    delivery_id,
    masked,
)
from services.notify.model.delivery_report import TOKEN_BYTES, ReportAddress, failure_in, read_address
from services.notify.model.digest import (
    MOST_LINES,
    can_wait,
    digest_id,
    is_over,
    lines_of,
    next_digest,
    told_of,
)
from services.notify.model.digest_choice import DigestChoice
from services.notify.model.email_message import AddressInvalid, EmailMessage, as_message
from services.notify.model.email_templates import (
    EmailTemplates,
    EmailText,
    lateness,
    shown_code,
    shown_date,
    shown_time,
)
from services.notify.model.later_failure import FailurePage, FailureStatus, LaterFailure, read_failures
from services.notify.model.quiet import goes_out_at

__all__ = [
    "GIVE_UP_AFTER",
    "MOST_LINES",
    "READABLE_FOR",
    "TOKEN_BYTES",
    "AddressInvalid",
    "DigestChoice",
    "DigestLine",
    "EmailDelivery",
    "EmailMessage",
    "EmailTemplates",
    "EmailText",
    "FailurePage",
    "FailureStatus",
    "LaterFailure",
    "Purpose",
    "ReportAddress",
    "SealedCode",
    "State",
    "ToldThing",
    "as_message",
    "can_wait",
    "delay_after",
    "delivery_id",
    "digest_id",
    "failure_in",
    "goes_out_at",
    "is_over",
    "lateness",
    "lines_of",
    "masked",
    "next_digest",
    "read_address",
    "read_failures",
    "shown_code",
    "shown_date",
    "shown_time",
    "told_of",
]
