"""What every page shows around its content: whose portal it is, who is signed in, how long for."""

from dataclasses import dataclass, field
from urllib.parse import quote

from contracts.authority import Authority

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
    static: str
    nonce: str
    csrf: str
    person: SignedIn | None = None
    task_page: bool = False
    group_page: bool = False
    manages: bool = False
    """Whether the person manages a work group: then Group member tasks is in the navigation bar."""

    @property
    def portal_name(self) -> str:
        """What the portal is called on this side of its door."""
        return self.authority.brand.portal_name if self.person else self.authority.brand.door_name

    @property
    def brand_css(self) -> str:
        """The stylesheet that holds the authority's colour."""
        return f"{self.static}/brand/{quote(self.authority.code)}.css"


@dataclass(frozen=True)
class Problem:
    """One line of the error summary; without an address where it is about the page as a whole."""

    text: str
    href: str | None = None

    @classmethod
    def at(cls, text: str, element_id: str) -> "Problem":
        """A problem with one field of this page."""
        return cls(text, f"#{element_id}")


@dataclass(frozen=True)
class Told:
    """Faults of a simple page by field name, in the order of the page."""

    faults: dict[str, str] = field(default_factory=dict)
    general: str = ""

    @property
    def problems(self) -> list[Problem]:
        """The error summary."""
        first = [Problem(self.general)] if self.general else []
        return first + [Problem.at(text, name) for name, text in self.faults.items()]

    def error(self, name: str) -> dict[str, str] | None:
        """The message beside a field, as the components take it."""
        return {"text": self.faults[name]} if name in self.faults else None
