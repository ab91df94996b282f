"""What auth ships beside its code: the list of common passwords, and how it was made."""

from pathlib import Path

from services.auth.model.common import CommonPasswords

FILE = Path(__file__).parent / "common-passwords.bin"


def common_passwords() -> CommonPasswords:
    """The shipped list."""
    return CommonPasswords(FILE.read_bytes())
