"""Documents: what the database keeps, by which key, in which types."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple, TypeAlias

Document: TypeAlias = dict[str, Any]


class Key(NamedTuple):
    """Which one: its id, and the authority whose it is."""

    authority: str
    id: str


def storable(value: Any) -> Any:
    """BSON has times but no dates: dates are kept as YYYY-MM-DD."""
    if isinstance(value, Mapping):
        return {key: storable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [storable(inner) for inner in value]
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return value
