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
    former: str
    """The address, as accounts are found by it, that `present` was sent to: one of before changes nothing any more."""
    new: Challenge
    """To the mailbox that the account is to have; where that is somebody else's, nobody knows its code."""
    present: Challenge
    """To the one that it has."""
    expires_at: AwareDatetime

    def code_faults(self, new_code: str, present_code: str, secret: bytes) -> list[Fault]:
        """Which of the two is not the code, each beside its field."""
        wrong = "The code is not correct. Check the latest email and try again"
        given = (("new_code", self.new, new_code), ("present_code", self.present, present_code))
        return [
            _fault(field, "code_wrong", wrong)
            for field, challenge, code in given
            if not challenge.accepts(code, secret)
        ]


def read_codes(new_typed: str, present_typed: str) -> tuple[str, str] | list[Fault]:
    """Both codes as typed, or what is wrong with them, each beside its field."""
    read = {"new_code": read_code(new_typed), "present_code": read_code(present_typed)}
    faults = [_fault(field, fault.code, fault.message) for field, fault in read.items() if isinstance(fault, Fault)]
    codes = [code for code in read.values() if isinstance(code, str)]
    return faults or (codes[0], codes[1])


def _fault(field: str, code: str, message: str) -> Fault:
    """Two codes are asked for: in a summary of the faults each says which one it means."""
    return Fault(path=field, code=code, message=f"{message} ({'new' if field == 'new_code' else 'present'} address)")
