"""Temporary passwords: made for an account that a council has opened, typed once by its owner. No I/O, no clock."""

import re
import secrets
from datetime import datetime
from typing import NamedTuple

from services.auth.model.account import Account
from services.auth.model.authenticator import LETTERS

LENGTH = 16
"""Letters: some 79 random bits, shown in groups of four."""


class TemporaryPassword(NamedTuple):
    """One that has just been made: the only time that its text is seen."""

    text: str
    hash: str
    until: datetime


def new_temporary_password() -> str:
    """As it is hashed: without the blanks that it is shown with."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def read_temporary_password(typed: str) -> str:
    """What a person typed or pasted, however it is grouped and whether in capitals or not."""
    return re.sub(r"[\s\-‐-―]", "", typed).upper()


def typed_password(account: Account | None, typed: str) -> str:
    """What is compared: a password of one's own exactly as it was typed."""
    return read_temporary_password(typed) if account and account.is_unused else typed


def is_too_old(account: Account, at: datetime) -> bool:
    """Whether its password was a temporary one, whose days are over."""
    until = account.opening.password_until if account.opening else None
    return until is not None and at >= until
