"""A password reset under way; one for an unknown address looks the same and leads nowhere. No I/O, no clock."""

from datetime import timedelta
from typing import Literal

from pydantic import AwareDatetime

from contracts.base import Value
from services.auth.model.codes import Challenge

LIFETIME = timedelta(hours=1)
"""Longer than a code lives, so that a late one is told that its code has expired."""
NOBODY = "nobody"
"""No account's id: counted and compared like one, never found."""


class Reset(Value):
    """Email, code, new password: each step once, and in this order."""

    key: str
    authority: str
    account_id: str
    """NOBODY where the address has no account, or may not be sent a code: then nobody knows the code."""
    challenge: Challenge
    state: Literal["code", "password"] = "code"
    expires_at: AwareDatetime
