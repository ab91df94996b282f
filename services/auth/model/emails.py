"""Email addresses: whether one can be an account's; when two are the same is decided in contracts. No I/O."""

from email_validator import EmailNotValidError, validate_email

from contracts.addresses import address_key as email_key
from contracts.base import Fault
from services.auth.model.user_names import read_user_name

__all__ = ["email_fault", "email_key", "login_fault"]


def login_fault(typed: str) -> Fault | None:
    """What is wrong with an address where a user name will do too."""
    return None if read_user_name(typed) else email_fault(typed)


def email_fault(typed: str) -> Fault | None:
    """What is wrong with an address for a new account, as a sentence for the person who typed it.

    ASCII only: in every alphabet there is a letter that looks, or folds, like one of another address.
    """
    address = typed.strip()
    if not address:
        return Fault(path="email", code="required", message="Enter your email address")
    try:
        address.encode("ascii")
        validate_email(address, check_deliverability=False, allow_smtputf8=False, test_environment=True)
    except (EmailNotValidError, UnicodeEncodeError):
        sentence = "Enter an email address in the correct format, like name@example.com"
        return Fault(path="email", code="format", message=sentence)
    return None
