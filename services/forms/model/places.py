"""The items of a raw definition with where they stand. No rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from contracts.base import Fault


@dataclass(frozen=True, slots=True)
class Place:
    """An item of raw JSON: where it stands and what it stands in."""

    pointer: str
    item: dict[str, Any]
    parent: "Place | None"

    @property
    def depth(self) -> int:
        """0 for a page."""
        return 0 if self.parent is None else self.parent.depth + 1

    @property
    def key(self) -> str | None:
        """Its linkId, if it has one at all."""
        key = self.item.get("linkId")
        return key if isinstance(key, str) else None

    @property
    def type(self) -> str | None:
        """Its type, if it is one of words."""
        value = self.item.get("type")
        return value if isinstance(value, str) else None

    @property
    def is_table(self) -> bool:
        """A group that repeats."""
        return self.type == "group" and self.item.get("repeats") is True

    @property
    def is_column(self) -> bool:
        """It stands in a table."""
        return self.parent is not None and self.parent.is_table

    @property
    def has_items(self) -> bool:
        """Something stands inside it."""
        return bool(self.item.get("item"))

    @property
    def options(self) -> list[str]:
        """The values of its options."""
        options = self.item.get("answerOption")
        values = [self.option_value(option) for option in options] if isinstance(options, list) else []
        return [value for value in values if value is not None]

    @staticmethod
    def option_value(option: Any) -> str | None:
        """What would be stored for an option; None where it is none."""
        if not isinstance(option, dict):
            return None
        coding = option.get("valueCoding")
        value = coding.get("code") if isinstance(coding, dict) else option.get("valueString")
        return value if isinstance(value, str) and value else None

    def fault(self, code: str, message: str, at: str = "") -> Fault:
        """A fault here, or at a part of it."""
        path = f"{self.pointer}/{at}" if at else self.pointer
        return Fault(path=path[:500], code=code, message=message)


def places_of(json: dict[str, Any]) -> Iterator[Place]:
    """Every item, in the order of the form."""
    yield from _inside(json, "", None)


def _inside(holder: dict[str, Any], pointer: str, parent: Place | None) -> Iterator[Place]:
    items = holder.get("item")
    for index, item in enumerate(items if isinstance(items, list) else []):
        if isinstance(item, dict):
            place = Place(f"{pointer}/item/{index}", item, parent)
            yield place
            yield from _inside(item, place.pointer, place)
