"""A password reset under way; one for an unknown address looks the same and leads nowhere. No I/O, no clock."""

from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime

from contracts.base import Value
from services.auth.model.account import Account
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
    """NOBODY where the address has no account: then nobody knows the code."""
    address: str
    """The address as a keyed hash: what is counted for it, whether it has an account or not."""
    challenge: Challenge
    state: Literal["code", "password"] = "code"
    expires_at: AwareDatetime
    password_version: int | None = None
    """Of the account when it was begun; None of resets from before that was kept."""

    def is_void(self, account: Account) -> bool:
        """Whether the password was changed since: what lay in the mailbox before changes the new one no more (T59)."""
        return self.password_version not in {None, account.password_version}


def may_share(challenge: Challenge, at: datetime) -> bool:
    """Whether the code that lies in the mailbox will do for one more reset: at least half of its life is left."""
    return challenge.expires_at - at >= (challenge.expires_at - challenge.issued_at) / 2
