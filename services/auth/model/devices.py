"""Browsers that an account has been signed in from: what they hold, and how they are known again. No I/O, no clock.

A browser that is known is counted by itself, so that a stranger's guesses never keep an owner out. It opens nothing:
password and code are asked for all the same.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from services.auth.model.account import Account

LIFETIME = timedelta(days=180)
MOST = 5
"""Accounts that one shared browser is known to; beyond it the oldest is forgotten."""
_NONCE_BYTES = 12
_MAC_BYTES = 24


class Caller(NamedTuple):
    """Where a request comes from, as the gateway says."""

    client: str = ""
    """A keyed hash of its network."""
    devices: str = ""
    """What its browser holds of earlier sign-ins."""
    browser: str = ""
    """Which browser on which system; for its owner to know it again, and for nothing else."""
    trusts: str = ""
    """What its browser holds of being trusted."""
    session: str = ""
    """The token of the session that it is in; empty where it is in none."""


class Device(NamedTuple):
    """One entry of what a browser holds."""

    nonce: str
    issued: str
    mac: str


def known_device(secret: bytes, account: Account, held: str, at: datetime) -> str | None:
    """The nonce of the device by which this account knows the browser; None where it does not."""
    found = (device for device in _devices(held) if _fits(secret, account, device, at))
    return next((device.nonce for device in found), None)


def with_device(secret: bytes, account: Account, held: str, at: datetime) -> str:
    """What the browser holds from now on: this account's device first, others' behind it.

    A device that is known keeps its nonce: what the browser held before is counted with it, and gives no more tries.
    """
    nonce = known_device(secret, account, held, at) or secrets.token_urlsafe(_NONCE_BYTES)
    issued = str(int(at.timestamp()))
    fresh = Device(nonce, issued, _mac(secret, account, nonce, issued))
    others = [device for device in _devices(held) if not _fits(secret, account, device, at)]
    return "~".join(".".join(device) for device in [fresh, *others][:MOST])


def _devices(held: str) -> list[Device]:
    parts = [entry.split(".") for entry in held.split("~")[:MOST]]
    return [Device(*part) for part in parts if len(part) == len(Device._fields)]


def _fits(secret: bytes, account: Account, device: Device, at: datetime) -> bool:
    if not hmac.compare_digest(device.mac.encode(), _mac(secret, account, device.nonce, device.issued).encode()):
        return False
    return at.timestamp() - int(device.issued) < LIFETIME.total_seconds()


def _mac(secret: bytes, account: Account, nonce: str, issued: str) -> str:
    """Bound to the password too: a reset makes every other browser a stranger."""
    text = "\x1f".join(("device", account.account_id, str(account.password_version), nonce, issued))
    return base64.urlsafe_b64encode(hmac.digest(secret, text.encode(), hashlib.sha256)[:_MAC_BYTES]).decode()
