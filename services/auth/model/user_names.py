"""User names: what signs in beside the email address, as a council has given it (requirements F54). No I/O.

What is typed begins with the authority's code, so no council's names meet another's. A name has no hyphen: however
the code looks, the last one ends it.
"""

import re
from collections.abc import Sequence

from contracts.base import Value

_TYPED = re.compile(r"[a-z][a-z0-9-]{1,40}-[a-z0-9]([a-z0-9._]{0,61}[a-z0-9])?")


class UserName(Value):
    """One name, kept from everybody else at its authority."""

    full: str
    """As it is typed: `bristol-s.example`."""
    signs_in: bool
    """Not where the account had its owner already when the council gave it: nothing of that account changes then."""

    @property
    def authority(self) -> str:
        """Whose it is."""
        return self.full.rpartition("-")[0]


def full_user_name(authority: str, name: str) -> str:
    """As it is typed; upper and lower case are one."""
    return f"{authority}-{name.lower()}"


def read_user_name(typed: str) -> str | None:
    """The user name that somebody typed, whether there is one like it or not; None for an email address."""
    name = typed.strip().lower()
    return name if _TYPED.fullmatch(name) else None


def user_name_at(names: Sequence[UserName], authority: str) -> str:
    """What signs in, of what this authority has given; empty where it has given none."""
    return next((each.full for each in names if each.signs_in and each.authority == authority), "")


def with_user_name(names: Sequence[UserName], full: str, *, signs_in: bool) -> list[UserName]:
    """One name of each authority signs in, and one at most is kept beside it; what was given before is free again."""
    if not full or any(each.full == full and each.signs_in for each in names):
        return list(names)
    given = UserName(full=full, signs_in=signs_in)
    kept = [each for each in names if each.authority != given.authority or (each.signs_in and not signs_in)]
    return [*kept, given]
