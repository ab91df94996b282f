"""What a virus scan can end in. How it is asked for is `clients`' matter."""

from enum import StrEnum


class Verdict(StrEnum):
    """How a scan ends; only `CLEAN` releases a file, and silence is never `CLEAN`."""

    CLEAN = "clean"
    INFECTED = "infected"
    PASSWORD_PROTECTED = "password_protected"  # noqa: S105 - a verdict, not a secret
    NOT_SCANNED = "not_scanned"
    DAMAGED = "damaged"
    """The stored bytes are not those that came: nothing that a scanner says of them counts."""
