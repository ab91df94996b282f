"""What auth refuses, each with its stable code and a sentence for the person. No I/O."""

from typing import Literal

from chassis.errors import Conflict, NotFound, Refused, TooMany, Unauthorised, Unavailable
from contracts.base import Fault
from services.auth.model.limits import PAIR_GUESSES, PASSKEY_TRIES, RESET_TRIES, code_limit
from services.auth.model.passkeys import MOST as MOST_PASSKEYS

MINUTES = code_limit("sign_in").minutes


def faulty(faults: list[Fault]) -> Refused:
    """What was typed has faults; each stands beside its field."""
    return Refused("invalid", "There is a problem with what was entered.", faults=tuple(faults))


def wrong_credentials(login: Literal["email address", "user name"] = "email address") -> Refused:
    """One answer for what is nobody's, a wrong password, and a temporary one that is too old."""
    return Unauthorised(
        "sign_in_refused",
        f"The {login} or the password is not correct. After {PAIR_GUESSES.most} tries, "
        f"wait {PAIR_GUESSES.minutes} minutes or reset your password.",
    )


def too_many_guesses() -> Refused:
    """Said of any address alike, right password or wrong: tries are counted whether it has an account or not."""
    sentence = (
        "There were too many wrong passwords for this email address or from your network. "
        f"Wait {PAIR_GUESSES.minutes} minutes and try again, or reset your password with Forgotten Password."
    )
    return TooMany("too_many_guesses", sentence, retry_after=PAIR_GUESSES.minutes * 60)


def locked() -> Refused:
    """Said only to whoever knows the password."""
    return Unauthorised(
        "locked",
        "Your account is locked, because wrong codes were entered too many times. "
        "Reset your password with Forgotten Password to open it again.",
    )


def no_such_ticket() -> Refused:
    """Nobody was sent this address, or the account is closed."""
    return NotFound("unknown_address")


def busy() -> Refused:
    """More passwords at once than can be looked at in the time that anybody waits."""
    return Unavailable("busy", "Very many people are signing in. Try again in a moment.", retry_after=10)


def too_many_resets() -> Refused:
    """One network asks for many addresses; said of any address alike."""
    return TooMany(
        "too_many_resets",
        f"There were too many resets from your network. Wait {PAIR_GUESSES.minutes} minutes and try again.",
        retry_after=PAIR_GUESSES.minutes * 60,
    )


def too_many_reset_codes() -> Refused:
    """Said of any address alike."""
    return TooMany(
        "too_many_reset_codes",
        f"Too many wrong codes were entered for this email address. Wait {RESET_TRIES.minutes} minutes and try again.",
        retry_after=RESET_TRIES.minutes * 60,
    )


def code_wrong() -> Refused:
    """Not the code; another try may be."""
    return _code_fault("code_wrong", "The code is not correct. Check the latest email and try again")


def app_needed() -> Refused:
    """A code by email is not enough here."""
    return _code_fault(
        "app_needed", "This portal asks for the code of your authenticator app. Use a recovery code without it"
    )


def app_code_wrong() -> Refused:
    """Not the app's code, or one that was right once: whoever has seen it typed must not come in after."""
    return _code_fault("code_wrong", "The code is not correct, or has been used. Wait for the next one and try again")


def app_code_over() -> Refused:
    """No more tries, or no more time, for the app's code."""
    return _code_fault("code_exhausted", "There were too many wrong codes, or it took too long. Sign in again")


def app_must_stay() -> Refused:
    """The authority lets nobody in without one."""
    return Conflict("app_must_stay", "This portal asks for an authenticator app. Add another one in its place.")


def no_app() -> Refused:
    """There is none, or none that could be added."""
    return NotFound("no_app", "There is no authenticator app to change. Start again.")


def passkey_refused() -> Refused:
    """One answer for one that we do not know, one of another address, a wrong signature and a copy."""
    return Unauthorised(
        "passkey_refused", "The passkey was not accepted. Try again, or sign in with your email address and password."
    )


def too_many_passkey_tries() -> Refused:
    """Said of whatever was tried."""
    return TooMany(
        "too_many_passkey_tries",
        f"There were too many passkeys from your network that were not accepted. Wait {PASSKEY_TRIES.minutes} minutes, "
        "or sign in with your email address and password.",
        retry_after=PASSKEY_TRIES.minutes * 60,
    )


def passkey_not_made() -> Refused:
    """What came back was none that was asked for."""
    return Refused("passkey_not_made", "The passkey was not added: your browser gave none that we can use. Try again.")


def too_many_passkeys() -> Refused:
    """So many and no more."""
    return Conflict(
        "too_many_passkeys", f"You have {MOST_PASSKEYS} passkeys already. Remove one before you add another."
    )


def no_passkey() -> Refused:
    """It has been removed, or never was one of this account's."""
    return NotFound("no_passkey", "There is no such passkey any more.")


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


def wrong_password(field: str) -> Refused:
    """Said to somebody who is signed in, beside the field where they typed it."""
    return faulty([Fault(path=field, code="wrong_password", message="The password is not correct")])


def same_address() -> Refused:
    """The account has it already."""
    return faulty([Fault(path="email", code="same_address", message="This is the address that you have now")])


def address_taken() -> Refused:
    """Said only to a person who has shown that the mailbox is theirs."""
    return Conflict(
        "address_taken", "You already have an account with this email address. Sign in, or reset your password."
    )


def opens_no_accounts() -> Refused:
    """The authority's professionals register themselves."""
    return Refused("opens_no_accounts", "By this authority's settings professionals register themselves.")


def unfit_address(fault: Fault) -> Refused:
    """No address for an account, whoever opens it."""
    return Refused("invalid", f"{fault.message}.", field="/email")


def still_temporary() -> Fault:
    """It has been in an email."""
    return Fault(path="password", code="temporary", message="Choose another password than the temporary one")


def user_name_taken() -> Refused:
    """Another account has it at this authority."""
    return Refused("user_name_taken", "You have given this user name for another email address.", field="/user_name")


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
