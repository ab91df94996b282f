"""A change of an account's email address under way: both mailboxes have got a code. No I/O, no clock."""

from datetime import timedelta

from pydantic import AwareDatetime

from contracts.base import Fault, Value
from services.auth.model.codes import Challenge, read_code

LIFETIME = timedelta(hours=1)
"""Longer than a code lives, so that a late one is told that its code has expired."""


class AddressChange(Value):
    """Who wants which address. Its tries are counted for both codes together, in `new`."""

    key: str
    account_id: str
    authority: str
    email: str
    new: Challenge
    """To the mailbox that the account is to have; where that is somebody else's, nobody knows its code."""
    present: Challenge
    """To the one that it has."""
    expires_at: AwareDatetime

    def code_faults(self, new_code: str, present_code: str, secret: bytes) -> list[Fault]:
        """Which of the two is not the code, each beside its field."""
        wrong = "The code is not correct. Check the latest email to this address and try again"
        given = (("new_code", self.new, new_code), ("present_code", self.present, present_code))
        return [
            Fault(path=field, code="code_wrong", message=wrong)
            for field, challenge, code in given
            if not challenge.accepts(code, secret)
        ]


def read_codes(new_typed: str, present_typed: str) -> tuple[str, str] | list[Fault]:
    """Both codes as typed, or what is wrong with them, each beside its field."""
    read = {"new_code": read_code(new_typed), "present_code": read_code(present_typed)}
    faults = [fault.model_copy(update={"path": field}) for field, fault in read.items() if isinstance(fault, Fault)]
    codes = [code for code in read.values() if isinstance(code, str)]
    return faults or (codes[0], codes[1])
