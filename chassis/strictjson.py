"""JSON from outside, read strictly: one reading only, bounded in size and depth."""

import json
from typing import Any, Never

from chassis.errors import Refused

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 32


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = dict(pairs)
    if len(keys) != len(pairs):
        raise Refused("not_json", "A name stands twice in one object.")
    return keys


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
    """The object in a body; Refused with `too_large`, `not_json` or `too_deep` where there is none."""
    if len(body) > MAX_BYTES:
        raise Refused("too_large", "The message is larger than 16 MB.")
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_no_repeats, parse_constant=_no_constants)
    except RecursionError as error:
        raise Refused("too_deep", f"The message is nested deeper than {MAX_DEPTH} levels.") from error
    except ValueError as error:
        raise Refused("not_json", "The message is not UTF-8 JSON.") from error
    if not isinstance(value, dict):
        raise Refused("not_json", "The message is not a JSON object.")
    if b"\\u" in body and not _is_unicode(value):
        raise Refused("not_json", "The message holds half of a surrogate pair.")
    _check_depth(value)
    return value
