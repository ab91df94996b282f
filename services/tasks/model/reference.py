"""The short reference of a task: what somebody says on the telephone, such as BRI-4K7Q-22. No I/O."""

import hashlib

from contracts.authority import Authority

ALPHABET = "CDFGHJKMNPQRTVWXY34679"
"""No vowels, so no words; nothing that looks like another: no 0 and O, 1 and I and L, 2 and Z, 5 and S, 8 and B."""
_PREFIX = 3
_CHARACTERS = 4
_NUMBERS = 100


def reference_of(authority: Authority, task_id: str, attempt: int) -> str:
    """It follows from the task, so that repeats give the same; the next attempt is for one that is taken."""
    number = int.from_bytes(hashlib.sha256(f"{task_id}\x1f{attempt}".encode()).digest())
    number, counter = divmod(number, _NUMBERS)
    characters = ""
    for _ in range(_CHARACTERS):
        number, place = divmod(number, len(ALPHABET))
        characters += ALPHABET[place]
    return f"{_prefix(authority)}-{characters}-{counter:02}"


def _prefix(authority: Authority) -> str:
    letters = "".join(letter for letter in authority.code if letter.isalpha())
    return authority.reference_prefix or letters[:_PREFIX].upper().ljust(_PREFIX, "X")
