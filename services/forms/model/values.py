"""One answer: what people type as a value of its type, a value as its control holds it, a value in words. No I/O."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from services.forms.model.questionnaire import Item

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DAY = re.compile(r"([0-9]{1,2})[\s/.\-]+([0-9]{1,2}|[A-Za-z]{3,9})[\s/.\-,]+([0-9]{4})")
_WHOLE = r"[+-]?(?:[0-9]{1,16}|[0-9]{1,3}(?:,[0-9]{3}){1,5})"
_INTEGER = re.compile(_WHOLE)
_DECIMAL = re.compile(rf"{_WHOLE}(?:\.[0-9]{{1,20}})?")
_YES = {"true", "yes"}
_NO = {"false", "no"}


def typed_value(item: Item, value: Any) -> Any:
    """What was typed, as the type asked for; unchanged where it is none of it, None where it is empty."""
    if value is None or (isinstance(value, str | list) and not value):
        return None
    if item.type == "choice" and item.repeats:
        return [value] if isinstance(value, str) else value
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, str):
        return value
    text = _line_breaks(value).strip()
    return _READERS.get(item.type, str)(text) if text else None


def kept_value(item: Item, value: Any) -> Any:
    """What a draft keeps: the value where what was typed is one, else what was typed; a text with its blanks."""
    if item.type == "text" and isinstance(value, str):
        return _line_breaks(value)
    return typed_value(item, value)


def as_typed(item: Item, value: Any) -> str:
    """A kept value as the control of its question holds it, so that a page that nobody touched gives it back."""
    if value is None or isinstance(value, list):
        return ""
    if item.type == "boolean":
        return {True: "yes", False: "no"}.get(value, "") if isinstance(value, bool) else ""
    if item.type == "choice":
        return str(value) if value in {option.value for option in item.answer_option} else ""
    if item.type == "date":
        return _typed_day(item, str(value))
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    return _shown(item, str(value))


def as_chosen(item: Item, value: Any) -> list[str]:
    """The options of a several-of question that are chosen, as its control holds them."""
    chosen = value if isinstance(value, list) else []
    return [option.value for option in item.answer_option if option.value in chosen]


def in_words(item: Item, value: Any) -> str:
    """An answer as people read it; what does not fit its question stands as it was typed."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "\n".join(in_words(item, each) for each in value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if item.type == "date":
        return as_people_write(str(value))
    if item.type == "choice":
        return next((option.label for option in item.answer_option if option.value == value), str(value))
    return as_typed(item, value) if isinstance(value, float) else str(value)


def as_people_write(day: str) -> str:
    """A date of the answers in words: 25 July 2021."""
    parsed = _date(_ISO_DAY.fullmatch(day), "ymd")
    return f"{parsed.day} {parsed:%B %Y}" if parsed else day


def _line_breaks(text: str) -> str:
    """Every line break as LF: a browser sends CR LF, also for one that was stored as a lone CR."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _shown(item: Item, text: str) -> str:
    """As a browser gives it back: no control holds a NUL, and only that of a text more than one line."""
    lines = _line_breaks(text).replace("\0", "")
    return lines if item.type == "text" else lines.replace("\n", " ")


def _typed_day(item: Item, day: str) -> str:
    parsed = _date(_ISO_DAY.fullmatch(day), "ymd")
    return f"{parsed.day}/{parsed.month}/{parsed.year:04}" if parsed else _shown(item, day)


def _date(match: re.Match[str] | None, order: Iterable[str]) -> date | None:
    if match is None:
        return None
    parts = dict(zip(order, match.groups(), strict=True))
    month = parts["m"]
    named = (index for index, name in enumerate(_MONTHS, 1) if name.startswith(month.lower()))
    try:
        return date(int(parts["y"]), int(month) if month[0].isdigit() else next(named, 0), int(parts["d"]))
    except ValueError:
        return None


def _read_date(text: str) -> str:
    day = _date(_ISO_DAY.fullmatch(text), "ymd") or _date(_DAY.fullmatch(text), "dmy")
    return day.isoformat() if day else text


def _read_integer(text: str) -> int | str:
    return int(text.replace(",", "")) if _INTEGER.fullmatch(text) else text


def _read_decimal(text: str) -> float | int | str:
    if not _DECIMAL.fullmatch(text) or _INTEGER.fullmatch(text):
        return _read_integer(text)
    value = float(text.replace(",", ""))
    return int(value) if value.is_integer() else value


def _read_boolean(text: str) -> bool | str:
    word = text.lower()
    return True if word in _YES else False if word in _NO else text


_READERS = {"date": _read_date, "integer": _read_integer, "decimal": _read_decimal, "boolean": _read_boolean}
