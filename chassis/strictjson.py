"""JSON from outside, read strictly: one reading only, bounded in size and depth."""

import json
import math
from typing import Any, Never

from chassis.errors import Refused

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 32
_INTEGERS = range(-(2**63), 2**63)
"""What the database can keep, and every other system that is likely to read it."""
_DIGITS = 20


class _Reading:
    """One document on its way in; what cannot be kept is found where it stands when the whole is read."""

    def __init__(self) -> None:
        self.is_unfit = False

    def keys(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise Refused("not_json", "A name stands twice in one object.")
        if any("\0" in name for name in found):
            self.is_unfit = True
        return found

    def integer(self, text: str) -> int | float:
        number = int(text) if len(text) <= _DIGITS else _INTEGERS.stop
        return number if number in _INTEGERS else self._unfit()

    def number(self, text: str) -> float:
        number = float(text)
        return number if math.isfinite(number) else self._unfit()

    def _unfit(self) -> float:
        """Stands for the number until its place is known; no number of a document is this one."""
        self.is_unfit = True
        return math.nan


def _check_fit(value: Any, place: str = "") -> None:
    if isinstance(value, float) and math.isnan(value):
        raise Refused("out_of_range", "The number is larger than any that is kept (64 bits).", field=place)
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in pairs:
        if isinstance(name, str) and "\0" in name:
            raise Refused("invalid_name", "A name holds the character NUL.", field=place or "/")
        _check_fit(inner, f"{place}/{str(name).replace('~', '~0').replace('/', '~1')}")


def _no_constants(name: str) -> Never:
    raise Refused("not_json", f"{name} is not a JSON number.")


def _is_unicode(value: dict[str, Any]) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (UnicodeEncodeError, RecursionError):
        return False
    return True


def _check_depth(value: Any) -> None:
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return
    if any(isinstance(outer, dict | list) for outer in level):
        raise Refused("too_deep", f"The message is nested deeper than {MAX_DEPTH} levels.")


def read(body: bytes) -> dict[str, Any]:
    """The object in a body; Refused where there is none, or where it holds what nothing can keep."""
    if len(body) > MAX_BYTES:
        raise Refused("too_large", "The message is larger than 16 MB.")
    reading = _Reading()
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=reading.keys,
            parse_constant=_no_constants,
            parse_int=reading.integer,
            parse_float=reading.number,
        )
    except RecursionError as error:
        raise Refused("too_deep", f"The message is nested deeper than {MAX_DEPTH} levels.") from error
    except ValueError as error:
        raise Refused("not_json", "The message is not UTF-8 JSON.") from error
    if not isinstance(value, dict):
        raise Refused("not_json", "The message is not a JSON object.")
    if b"\\u" in body and not _is_unicode(value):
        raise Refused("not_json", "The message holds half of a surrogate pair.")
    _check_depth(value)
    if reading.is_unfit:
        _check_fit(value)
    return value
