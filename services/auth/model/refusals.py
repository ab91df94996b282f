"""What auth refuses, each with its stable code and a sentence for the person. No I/O."""

from chassis.errors import Conflict, NotFound, Refused, TooMany, Unauthorised
from contracts.base import Fault
from services.auth.model.limits import code_limit

MINUTES = int(code_limit("sign_in").window.total_seconds() // 60)


def faulty(faults: list[Fault]) -> Refused:
    """What was typed has faults; each stands beside its field."""
    return Refused("invalid", "There is a problem with what was entered.", faults=tuple(faults))


def wrong_credentials() -> Refused:
    """One answer for an unknown address, a wrong password, too many guesses and a locked account."""
    return Unauthorised(
        "sign_in_refused",
        "The email address or the password is not correct. After 10 tries, wait 5 minutes or reset your password.",
    )


def code_wrong() -> Refused:
    """Not the code; another try may be."""
    return _code_fault("code_wrong", "The code is not correct. Check the latest email and try again")


def code_exhausted() -> Refused:
    """No more tries of this code."""
    return _code_fault("code_exhausted", "The code was entered wrongly too many times. Get a new code and try again")


def code_expired() -> Refused:
    """The code was good once."""
    return _code_fault("code_expired", "The code has expired. Get a new code and try again")


def too_many_codes() -> Refused:
    """Codes are sent so often and no more."""
    sentence = (
        f"We have sent you several codes already. Use the latest one, or wait {MINUTES} minutes to get a new one."
    )
    return TooMany("too_many_codes", sentence, retry_after=MINUTES * 60)


def is_over(what: str) -> Refused:
    """A registration, sign-in or reset that is finished, too old, or never was: they look the same."""
    return NotFound(f"{what}_over", "This page is out of date. Start again.")


def address_taken() -> Refused:
    """Said only to a person who has shown that the mailbox is theirs."""
    return Conflict(
        "address_taken", "You already have an account with this email address. Sign in, or reset your password."
    )


def not_open_yet(portal_name: str, when: str) -> Refused:
    """The authority opens its portal on a later date (requirements F36)."""
    return Conflict("not_open_yet", f"You can register for {portal_name} from {when}.")


def signed_out() -> Refused:
    """No session, or one that is over."""
    return Unauthorised("signed_out", "You are signed out. Sign in to go on.")


def unknown_client() -> Refused:
    """Council credentials that fit no authority."""
    return Unauthorised("invalid_client", "The client id or the client secret is not correct.")


def _code_fault(code: str, sentence: str) -> Refused:
    return Refused(code, sentence, faults=(Fault(path="code", code=code, message=sentence),))
