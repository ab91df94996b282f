"""Email addresses: whether one can be an account's, and when two are the same. No I/O."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

from contracts.base import Fault


def email_key(typed: str) -> str:
    """What two spellings of one address share. NFC before lower case, so that look-alike letters stay apart."""
    return unicodedata.normalize("NFC", typed.strip()).lower()


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
