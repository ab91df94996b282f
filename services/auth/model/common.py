"""The most common passwords, as a list that says which they are only to whoever asks about one. No I/O."""

import hashlib

DIGEST_BYTES = 5
"""One in ten million other passwords is taken for a common one: its owner chooses another."""
SHORTEST = 5
"""Shorter common passwords are parts of too many good ones."""


def digest_of(password: str) -> bytes:
    """A password as the list holds it; upper and lower case are one."""
    return hashlib.sha256(password.lower().encode()).digest()[:DIGEST_BYTES]


class CommonPasswords:
    """Sorted digests in one piece of memory, searched by halves."""

    def __init__(self, digests: bytes) -> None:
        self._digests = digests

    def __len__(self) -> int:
        return len(self._digests) // DIGEST_BYTES

    def __contains__(self, password: str) -> bool:
        wanted, low, high = digest_of(password), 0, len(self)
        while low < high:
            middle = (low + high) // 2
            found = self._digests[middle * DIGEST_BYTES : (middle + 1) * DIGEST_BYTES]
            if found == wanted:
                return True
            low, high = (middle + 1, high) if found < wanted else (low, middle)
        return False

    def holds(self, password: str) -> bool:
        """Whether it is a common one, or one with digits and signs before, behind or between its letters."""
        letters = "".join(filter(str.isalpha, password))
        return any(len(text) >= SHORTEST and text in self for text in (password, _core(password), letters))


def _core(password: str) -> str:
    """What stands between the first and the last letter."""
    places = [place for place, character in enumerate(password) if character.isalpha()]
    return password[places[0] : places[-1] + 1] if places else ""
