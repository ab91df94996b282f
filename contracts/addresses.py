"""Email addresses: when two are the same, and whether one can be mailed. The one place that decides either."""

import unicodedata
from string import ascii_lowercase, ascii_uppercase

import idna
from email_validator import EmailNotValidError, validate_email

_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


def address_key(email: str) -> str:
    """What two spellings of one address share; two mailboxes never share it.

    Of the part before the @ only A to Z lose their case: Unicode's folding takes ß for ss and ﬁ for fi, which mail
    servers keep apart. Domains are compared as the name system looks them up (IDNA 2008).
    """
    local, _, domain = email.strip().rpartition("@")
    return f"{local.translate(_LOWER)}@{_domain_key(domain)}"


def _domain_key(domain: str) -> str:
    if domain.isascii():
        return domain.translate(_LOWER)
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        return unicodedata.normalize("NFC", domain).translate(_LOWER)


def mailable(email: str) -> str:
    """The address in ASCII, as every mail server takes it; ValueError where there is no such form."""
    try:
        checked = validate_email(email, check_deliverability=False, allow_smtputf8=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise ValueError("An email address to which mail can be sent, in ASCII before the @.") from error
    if checked.ascii_email is None:
        raise ValueError("An email address in ASCII before the @.")
    return checked.ascii_email


def check_mailable(email: str) -> str:
    """The address as it was written, where it can be mailed."""
    mailable(email)
    return email
