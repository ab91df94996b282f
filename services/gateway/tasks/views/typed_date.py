"""A date as it was typed, in three parts. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Self

NO_DATE = "Enter a date, for example 17 5 2026."
_LONGEST = 10
_YEARS = range(1900, 2200)
"""As the services take them (`contracts.council.Day`)."""


@dataclass(frozen=True)
class TypedDate:
    """A date as it was typed, in three parts."""

    day: str = ""
    month: str = ""
    year: str = ""

    @classmethod
    def of(cls, name: str, text: Callable[[str], str]) -> Self:
        """From the three fields of a form."""
        return cls(*(text(f"{name}-{part}")[:_LONGEST] for part in ("day", "month", "year")))

    @classmethod
    def shown(cls, value: date) -> Self:
        """As somebody would type it."""
        return cls(str(value.day), str(value.month), str(value.year))

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return not (self.day or self.month or self.year)

    @property
    def value(self) -> date | None:
        """The date; None where there is no such day, or none that can be meant."""
        parts = (self.year, self.month, self.day)
        if not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):  # noqa: PLR2004 - a year
            return None
        try:
            value = date(int(self.year), int(self.month), int(self.day))
        except ValueError:
            return None
        return value if value.year in _YEARS else None


NOTHING = TypedDate()
