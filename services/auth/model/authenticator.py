"""Authenticator apps (TOTP, RFC 6238) and the recovery codes beside them. No I/O, no clock."""

import hmac
import re
import secrets
from datetime import datetime

import pyotp
from pydantic import AwareDatetime

from contracts.base import Fault, Value
from services.auth.model.limits import keyed

STEP_SECONDS = 30
DRIFT = 1
"""How many steps a phone's clock may be behind or ahead."""
RECOVERY_CODES = 10
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""None that is read as another one."""
_HALF = 5


class Authenticator(Value):
    """The app of an account."""

    sealed: str
    """Its secret, sealed about the account."""
    last_step: int
    """The time step of the code that was accepted last: that one and all before are used up."""
    added_at: AwareDatetime
    recovery: list[str] = []
    """The recovery codes that are left, as keyed hashes."""


class TypedCode(Value):
    """What a person typed where their app's code is asked for."""

    text: str
    is_recovery: bool


def new_secret() -> str:
    """160 random bits in base 32."""
    return pyotp.random_base32()


def enrolment_uri(secret: str, email: str, issuer: str) -> str:
    """What the QR code says."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def accepted_step(secret: str, code: str, at: datetime, *, after: int) -> int | None:
    """The time step whose code this is, within the drift; None where it is none, or one that is used up."""
    now = int(at.timestamp()) // STEP_SECONDS
    app = pyotp.TOTP(secret)
    fits = [
        step
        for step in range(now - DRIFT, now + DRIFT + 1)
        if hmac.compare_digest(app.generate_otp(step).encode(), code.encode())
    ]
    return next((step for step in fits if step > after), None)


def new_recovery_codes() -> list[str]:
    """Ten letters each, in two groups: some 49 random bits, each tried as seldom as any code."""
    return [f"{_group()}-{_group()}" for _ in range(RECOVERY_CODES)]


def recovery_mac(secret: bytes, account_id: str, code: str) -> str:
    """What is kept of a recovery code."""
    return keyed(secret, "recovery", account_id, code)


def read_app_code(typed: str, *, may_recover: bool = True) -> TypedCode | Fault:
    """The app's six digits, or a recovery code where that will do, however they are grouped; or what is wrong."""
    text = re.sub(r"[\s\-‐-―]", "", typed).upper()
    if not text:
        return Fault(path="code", code="required", message="Enter the code")
    if re.fullmatch(r"[0-9]{6}", text):
        return TypedCode(text=text, is_recovery=False)
    if may_recover and len(text) == 2 * _HALF and set(text) <= set(LETTERS):
        return TypedCode(text=f"{text[:_HALF]}-{text[_HALF:]}", is_recovery=True)
    instead = ", or one of your recovery codes" if may_recover else ""
    return Fault(path="code", code="format", message=f"Enter the 6 digits that the app shows{instead}")


def _group() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(_HALF))
