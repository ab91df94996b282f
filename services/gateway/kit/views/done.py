"""The page at the end of a way. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DonePage:
    """What is done, and the one way on."""

    title: str
    lines: list[str]
    href: str
    button: str
