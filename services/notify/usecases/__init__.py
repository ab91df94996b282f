"""What notify does: owe people an email for each thing that happens, and send what is owed."""

from services.notify.usecases.account_notices import (
    confirm_address_change,
    confirm_closing,
    confirm_password_change,
    refuse_reset,
    send_address_code,
    send_code,
    send_temporary_password,
    tell_account_owner,
    tell_of_calendar,
    tell_of_device,
    tell_of_factor,
)
from services.notify.usecases.digests import DIGEST, end_digest, make_digest, move_digest, note_choice
from services.notify.usecases.later_failures import note_later_failures
from services.notify.usecases.notifications import (
    announce_change,
    announce_decision,
    announce_new_holder,
    announce_retraction,
    announce_return,
    announce_task,
    remind,
    send_receipt,
)
from services.notify.usecases.sending import claim, note_report, postpone, release, send
from services.notify.usecases.service import NotifyService, SendQueue

__all__ = [
    "DIGEST",
    "NotifyService",
    "SendQueue",
    "announce_change",
    "announce_decision",
    "announce_new_holder",
    "announce_retraction",
    "announce_return",
    "announce_task",
    "claim",
    "confirm_address_change",
    "confirm_closing",
    "confirm_password_change",
    "end_digest",
    "make_digest",
    "move_digest",
    "note_choice",
    "note_later_failures",
    "note_report",
    "postpone",
    "refuse_reset",
    "release",
    "remind",
    "send",
    "send_address_code",
    "send_code",
    "send_receipt",
    "send_temporary_password",
    "tell_account_owner",
    "tell_of_calendar",
    "tell_of_device",
    "tell_of_factor",
]
