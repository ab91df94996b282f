"""The emailed code: eight digits, kept only as a keyed hash, good for a few tries within minutes. No I/O, no clock."""

import hashlib
import hmac
import re
import secrets
import uuid
from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime

from contracts.base import Fault, Value

DIGITS = 8
TRIES = 5
"""How many guesses of one code are looked at."""
FAILURES = 100
"""How many wrong codes in a row an account bears before only the other way in opens it again."""

Purpose = Literal["registration", "sign_in", "reset"]


class Challenge(Value):
    """A code that has been sent out, as the database keeps it."""

    code_id: str
    mac: str
    issued_at: AwareDatetime
    expires_at: AwareDatetime
    tries: int = 0

    def accepts(self, code: str, secret: bytes) -> bool:
        """Whether this is the code, compared in constant time."""
        return hmac.compare_digest(self.mac, code_mac(secret, self.code_id, code))


def new_challenge(secret: bytes, *, at: datetime, lifetime: timedelta) -> tuple[Challenge, str]:
    """A fresh challenge, and its code for the email: the only time that the code is seen."""
    code_id = uuid.uuid4().hex
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    mac = code_mac(secret, code_id, code)
    return Challenge(code_id=code_id, mac=mac, issued_at=at, expires_at=at + lifetime), code


def code_mac(secret: bytes, code_id: str, code: str) -> str:
    """Binds a code to its challenge, so that one database copy tells nothing about any code."""
    return hmac.new(secret, f"{code_id}:{code}".encode(), hashlib.sha256).hexdigest()


def read_code(typed: str) -> str | Fault:
    """The digits of a code as a person typed or pasted it ("7685 0798"), or what is wrong with it."""
    digits = re.sub(r"[\s\-‐-―]", "", typed)
    if not digits:
        return Fault(path="code", code="required", message="Enter the code")
    if not re.fullmatch(rf"[0-9]{{{DIGITS}}}", digits):
        return Fault(path="code", code="format", message=f"The code must be {DIGITS} digits, like 7685 0798")
    return digits
