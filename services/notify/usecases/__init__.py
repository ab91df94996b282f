"""What notify does: owe people an email for each thing that happens, and send what is owed."""

from services.notify.usecases.desk import Desk, Tray
from services.notify.usecases.sending import claim, let_go, put_off, send
from services.notify.usecases.telling import (
    announce_change,
    announce_new_holder,
    announce_retraction,
    announce_task,
    confirm_password_change,
    send_code,
    send_receipt,
    tell_account_owner,
)

__all__ = [
    "Desk",
    "Tray",
    "announce_change",
    "announce_new_holder",
    "announce_retraction",
    "announce_task",
    "claim",
    "confirm_password_change",
    "let_go",
    "put_off",
    "send",
    "send_code",
    "send_receipt",
    "tell_account_owner",
]
