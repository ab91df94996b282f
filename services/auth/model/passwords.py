"""Which passwords are good enough: an authority's rules, and strength for everyone. No hashing here, no I/O."""

import unicodedata
from collections.abc import Iterable

from zxcvbn_rs_py import zxcvbn

from contracts.authority import PasswordRules
from contracts.base import Fault
from services.auth.model.common import CommonPasswords

LONGEST = 1_000
LOWEST_SCORE = 2
"""zxcvbn's 0 to 4; below 2 a password falls within a million guesses."""
JUDGED_LENGTH = 100
"""zxcvbn's time grows with the length; what is strong in its first 100 characters is strong."""
SHORTEST_CONTEXT = 3
_ADVICE = "Use a longer one, or three words that do not belong together"
OWN_WORDS = frozenset({"login", "nhs", "portal", "council", "professionalportal", "delegationportal"})
"""What everybody who comes here would think of first, and no list of the world's passwords holds."""


def password_faults(
    password: str, confirmation: str, *, rules: PasswordRules, common: CommonPasswords, context: Iterable[str] = ()
) -> list[Fault]:
    """What is wrong with a new password; `context` is what its owner is known by."""
    fault = _password_fault(password, rules, common, context)
    faults = [Fault(path="password", code=fault[0], message=fault[1])] if fault else []
    if not confirmation:
        faults.append(Fault(path="confirm_password", code="required", message="Confirm your password"))
    elif confirmation != password:
        faults.append(Fault(path="confirm_password", code="mismatch", message="The passwords do not match"))
    return faults


def _password_fault(
    password: str, rules: PasswordRules, common: CommonPasswords, context: Iterable[str]
) -> tuple[str, str] | None:
    if not password:
        return "required", "Enter a password"
    if len(password) < rules.min_length:
        return "too_short", f"Password must be {rules.min_length} characters or more"
    if len(password) > LONGEST:
        return "too_long", f"Password must be {LONGEST:,} characters or fewer"
    if missing := _missing_kinds(password, rules):
        return "composition", f"Password must include {_in_words(missing)}"
    return _guessed_fault(password, common, context)


def _guessed_fault(password: str, common: CommonPasswords, context: Iterable[str]) -> tuple[str, str] | None:
    if common.holds(password):
        return "common", f"Password is one of the most common ones, or close to one. {_ADVICE}"
    if _is_easy(password, context):
        return "too_easy", f"Password is too easy to guess. {_ADVICE}"
    return None


def _missing_kinds(password: str, rules: PasswordRules) -> list[str]:
    kinds = [
        (rules.letter and not rules.upper_case, str.isalpha, "a letter"),
        (rules.upper_case, str.isupper, "an upper case letter"),
        (rules.digit, str.isdecimal, "a number"),
        (rules.special, _is_special, "a special character, like ! or #"),
    ]
    return [name for wanted, is_kind, name in kinds if wanted and not any(map(is_kind, password))]


def _is_special(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"


def _in_words(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _is_easy(password: str, context: Iterable[str]) -> bool:
    words = {word.lower() for text in context for word in _words(text) if len(word) >= SHORTEST_CONTEXT}
    bare = "".join(filter(str.isalpha, password)).lower()
    if bare in OWN_WORDS or bare in words:
        return True
    return int(zxcvbn(password[:JUDGED_LENGTH], sorted(words)).score) < LOWEST_SCORE


def _words(text: str) -> list[str]:
    return "".join(character if character.isalnum() else " " for character in text).split()
