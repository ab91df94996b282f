"""How often a thing may be done: by whom, for whom, from where. No I/O: store counts, atomically."""

import hashlib
import hmac
from datetime import timedelta

from contracts.base import Value
from services.auth.model.codes import Purpose

_GUESSING = timedelta(minutes=5)
_SENDING = timedelta(minutes=15)


class Limit(Value):
    """At most `most` times in any stretch of `window`."""

    name: str
    most: int
    window: timedelta

    @property
    def minutes(self) -> int:
        """The window as people are told it."""
        return int(self.window.total_seconds() // 60)


CLIENT_GUESSES = Limit(name="password.client", most=20, window=_GUESSING)
"""Wrong passwords from one network, whatever the addresses: spraying."""
PAIR_GUESSES = Limit(name="password.address-and-client", most=5, window=_GUESSING)
"""Passwords for one address from one network."""
ADDRESS_GUESSES = Limit(name="password.address", most=10, window=_GUESSING)
"""Passwords for one address from everywhere but its owner's known browsers."""
DEVICE_GUESSES = Limit(name="password.device", most=10, window=_GUESSING)
"""Passwords from one browser that is known to the account: the only count that it is held to."""

CLIENT_RESETS = Limit(name="reset.client", most=20, window=_GUESSING)
"""Resets asked for from one network, whatever the addresses."""
RESET_TRIES = Limit(name="reset.code", most=100, window=_SENDING)
"""Reset codes tried for one address from everywhere but its owner's known browsers."""
DEVICE_RESET_TRIES = Limit(name="reset.code-device", most=20, window=_SENDING)
"""Reset codes tried from one browser that is known to the account."""

PASSKEY_TRIES = Limit(name="passkey.client", most=20, window=_GUESSING)
"""Passkeys tried from one network that were none."""
DEVICE_PASSKEY_TRIES = Limit(name="passkey.device", most=10, window=_GUESSING)
"""The same from one browser that is known to the account: strangers in its network do not keep its owner out."""

ADDRESS_CHANGES = Limit(name="code.address-change", most=3, window=_SENDING)
"""Changes of address begun for one account: each sends a code to a mailbox that is not known to be its owner's."""

ADDRESS_REGISTRATIONS = Limit(name="code.registration-address", most=12, window=_SENDING)
"""Codes for registering one address, from everywhere: strangers at one network do not use up its owner's."""


def code_limit(purpose: Purpose) -> Limit:
    """Codes sent and not used yet.

    One limit per purpose: whoever asks for resets in somebody's name must not keep them from signing in.
    """
    return Limit(name=f"code.{purpose}", most=3, window=_SENDING)


def limit_key(secret: bytes, limit: Limit, *who: str) -> str:
    """Where uses are counted: keyed, so that addresses of people without an account are not collected."""
    return keyed(secret, limit.name, *who)


def keyed(secret: bytes, *parts: str) -> str:
    """These parts as one text that says nothing about them and is the same every time."""
    return hmac.new(secret, "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()
