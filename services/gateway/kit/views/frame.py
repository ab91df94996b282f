"""What every page shows around its content: whose portal it is, who is signed in, how long for. Pure."""

from dataclasses import dataclass, field
from typing import Literal

from contracts.authority import Authority

Section = Literal["", "tasks", "group-tasks"]
"""Where a page is in the navigation bar; elsewhere it is in none of its places."""
UNSAVED_HOURS = 72
"""How long a browser keeps what is not saved yet: over a weekend."""


@dataclass(frozen=True)
class SignedIn:
    """The person in the user menu, when their session ends if nothing happens, and the key of what is not saved yet."""

    name: str
    email: str
    idle_seconds: int
    session_seconds: int
    unsaved_key: str = ""
    unsaved_hours: int = UNSAVED_HOURS


@dataclass(frozen=True)
class Frame:
    """The frame of one page."""

    authority: Authority
    nonce: str
    csrf: str
    person: SignedIn | None = None
    section: Section = ""
    manages: bool = False
    """Whether the person manages a work group: then Group member tasks is in the navigation bar."""
    is_inside: bool = False
    """Whether another page of ours shows it in itself: header and footer are there already."""

    @property
    def portal_name(self) -> str:
        """What the portal is called before and after signing in."""
        return self.authority.brand.portal_name if self.person else self.authority.brand.door_name


@dataclass(frozen=True)
class SummaryLine:
    """One line of the error summary; without an address where it is about the page as a whole."""

    text: str
    href: str | None = None

    @classmethod
    def at(cls, text: str, element_id: str) -> "SummaryLine":
        """A problem with one field of this page."""
        return cls(text, f"#{element_id}")


@dataclass(frozen=True)
class FormErrors:
    """What is wrong on a simple page: by field name, in the order of the page, or about all of it."""

    by_field: dict[str, str] = field(default_factory=dict)
    general: str = ""

    @property
    def problems(self) -> list[SummaryLine]:
        """The error summary."""
        first = [SummaryLine(self.general)] if self.general else []
        return first + [SummaryLine.at(text, name) for name, text in self.by_field.items()]

    def error(self, name: str) -> dict[str, str] | None:
        """The message beside a field, as the components take it."""
        return {"text": self.by_field[name]} if name in self.by_field else None
