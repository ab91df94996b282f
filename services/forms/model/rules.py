"""The rules of a definition beyond its shape, on raw JSON so that one fault hides no other. No I/O."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from contracts.base import Fault
from services.forms.model.conditions import broken_conditions
from services.forms.model.places import Place, places_of
from services.forms.model.questionnaire import (
    CODE_PATTERN,
    DUE_DAYS_URL,
    EHCP_SECTION,
    FROM_SUBJECT,
    FULL_WIDTH,
    HINT,
    ITEM_CONTROL,
    ITEM_LIMIT,
    MAX_VALUE,
    MIN_VALUE,
    NO_PERIOD,
)

CONTROLS = {
    "choice": {"radio-button", "drop-down", "check-box"},
    "group": {"gtable", "table"},
    "display": {"help"},
    "text": {"text-area"},
}
EHCP_SECTIONS = set("ABCDEFGHIJK")
FROM_SUBJECT_TYPES = {"name": {"string", "text"}, "address": {"string", "text"}, "date_of_birth": {"date"}}
_ELEMENT = {"id", "extension"}
_QUESTIONNAIRE = _ELEMENT | {
    *(
        "resourceType",
        "meta",
        "implicitRules",
        "language",
        "text",
        "contained",
        "identifier",
        "url",
        "version",
    ),
    *(
        "name",
        "title",
        "derivedFrom",
        "status",
        "experimental",
        "subjectType",
        "date",
        "publisher",
        "contact",
    ),
    *("description", "useContext", "jurisdiction", "purpose", "copyright", "approvalDate", "lastReviewDate"),
    *("effectivePeriod", "code", "item"),
}
_ITEM = _ELEMENT | {
    *("linkId", "definition", "code", "prefix", "text", "type", "enableWhen", "enableBehavior", "required"),
    *("repeats", "readOnly", "maxLength", "answerOption", "item"),
}
_UNUSED = {"modifierExtension", "answerValueSet", "initial"}
_KEYED = "linkId"


def broken_rules(json: dict[str, Any]) -> Iterator[Fault]:
    """Every broken rule of a definition whose shape may be broken too."""
    places = list(places_of(json))
    if json.get("item") == []:
        yield Fault(path="/item", code="no_pages", message="A form has at least one page.")
    if len(places) > ITEM_LIMIT:
        yield Fault(path="/item", code="too_many_items", message=f"Use no more than {ITEM_LIMIT} items.")
    yield from _root(json)
    yield from _duplicates(places)
    yield from broken_conditions(places)
    for place in places:
        for rule in (_elements, _nesting, _words, _table, _options, _flags, _extensions):
            yield from rule(place)
    yield from _one_file_question(places)


def _root(json: dict[str, Any]) -> Iterator[Fault]:
    url = json.get("url")
    if isinstance(url, str):
        parts = urlsplit(url)
        code = url.rstrip("/").rpartition("/")[2]
        if not parts.scheme or not re.match(CODE_PATTERN, code) or "|" in url:
            yield Fault(
                path="/url",
                code="bad_url",
                message="The url must be absolute and end in the form's code: small letters, digits and '-'.",
            )
    for name in sorted(set(json) - _QUESTIONNAIRE):
        yield _unknown("", name)
    for index, extension in _told(json):
        if extension.get("url") == DUE_DAYS_URL and not _is_period(extension):
            yield Fault(
                path=f"/extension/{index}",
                code="bad_due_days",
                message="'due-days' must be a whole number of days between 1 and 3660, or the code 'none'.",
            )


def _is_period(extension: dict[str, Any]) -> bool:
    days = extension.get("valuePositiveInt", extension.get("valueInteger"))
    if days is None:
        return extension.get("valueCode") == NO_PERIOD
    return type(days) is int and 1 <= days <= 3660  # noqa: PLR2004


def _duplicates(places: list[Place]) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for place in places:
        key = place.key
        if key in first:
            yield place.fault("duplicate_key", f"'{key}' is used already, at {first[key]}.", _KEYED)
        elif key is not None:
            first[key] = place.pointer


def _elements(place: Place) -> Iterator[Fault]:
    for name in sorted(set(place.item) - _ITEM):
        yield _unknown(place.pointer, name)


def _unknown(pointer: str, name: str) -> Fault:
    known = name.startswith("_") or name in _UNUSED
    reason = "is not something the portal can show" if known else "is not an element of a FHIR R4 Questionnaire"
    return Fault(
        path=f"{pointer}/{name}"[:500],
        code="unsupported_element" if known else "unknown_element",
        message=f"'{name[:80]}' {reason}.",
    )


def _nesting(place: Place) -> Iterator[Fault]:
    if place.parent is None:
        if place.type not in {None, "group"} or place.is_table:
            yield place.fault(
                "page_not_a_group", "Each top-level item is a page: a group that does not repeat.", "type"
            )
    elif place.parent.is_table:
        if place.type in {"group", "display", "attachment"}:
            yield place.fault("bad_column", "A column of a table is a question.", "type")
    elif place.type == "group" and not place.is_table and place.depth > 1:
        yield place.fault("nested_group", "A group inside a page holds questions and tables, no further group.", "type")
    if place.type not in {None, "group"} and place.has_items:
        yield place.fault("items_in_question", "Only a group holds further items.", "item")


def _words(place: Place) -> Iterator[Fault]:
    text = place.item.get("text")
    if (text is None or (isinstance(text, str) and not text.strip())) and not place.item.get("_text"):
        yield place.fault("no_text", "Give the words that people read.", "text")


def _table(place: Place) -> Iterator[Fault]:
    if place.type == "group" and not place.has_items:
        code, what = ("table_without_columns", "A table") if place.is_table else ("empty_group", "A group")
        yield place.fault(code, f"{what} holds at least one question.", "item")


def _options(place: Place) -> Iterator[Fault]:
    options = place.item.get("answerOption")
    if place.type == "choice" and not options:
        yield place.fault("no_options", "A choice needs at least one 'answerOption'.", "answerOption")
    if place.type not in {None, "choice"} and options:
        yield place.fault("options_without_choice", "Only a choice has options.", "answerOption")
    if place.type == "choice" and isinstance(options, list):
        yield from _each_option(place, options)


def _each_option(place: Place, options: list[Any]) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, option in enumerate(options):
        value = place.option_value(option)
        if value is None:
            yield place.fault(
                "bad_option",
                "An option is a 'valueCoding' with a code, or a 'valueString'.",
                f"answerOption/{index}",
            )
        elif value in seen:
            yield place.fault("duplicate_option", f"'{value[:80]}' is an option already.", f"answerOption/{index}")
        else:
            seen.add(value)


@dataclass(frozen=True, slots=True)
class _Flag:
    name: str
    types: frozenset[str]
    message: str


_FLAGS = (
    _Flag(
        "repeats",
        frozenset({"group", "choice"}),
        "Only a group (a table) and a choice (several of many) repeat.",
    ),
    _Flag("maxLength", frozenset({"string", "text"}), "Only a line or a text has a 'maxLength'."),
    _Flag(
        "readOnly",
        frozenset({"string", "text", "date", "integer", "decimal", "boolean", "choice"}),
        "Only a question is read-only.",
    ),
)


def _flags(place: Place) -> Iterator[Fault]:
    for flag in _FLAGS:
        if place.item.get(flag.name) and place.type and place.type not in flag.types:
            yield place.fault(f"misplaced_{_snake(flag.name)}", flag.message, flag.name)
    if place.item.get("readOnly") is True and place.item.get("required") is True:
        yield place.fault(
            "required_read_only", "Nobody can answer a read-only question, so it is not required.", "required"
        )
    if place.item.get("readOnly") is True and place.parent and place.parent.is_table:
        yield place.fault("read_only_column", "A column of a table is not read-only.", "readOnly")
    if place.item.get("required") is True and (
        place.type == "display" or (place.type == "group" and not place.is_table)
    ):
        yield place.fault("misplaced_required", "Only a question, a table or a file question is required.", "required")


def _extensions(place: Place) -> Iterator[Fault]:
    values: dict[str, Any] = {}
    for index, extension in _told(place.item):
        url = extension.get("url")
        value = next((extension[name] for name in sorted(extension) if name.startswith("value")), None)
        wanted = _wanted(place, str(url), value)
        if wanted:
            yield place.fault("bad_extension", wanted, f"extension/{index}")
        values[str(url)] = value
    least, most = values.get(MIN_VALUE), values.get(MAX_VALUE)
    if isinstance(least, int | float) and isinstance(most, int | float) and least > most:
        yield place.fault("bad_range", "'minValue' is greater than 'maxValue'.", "extension")


def _wanted(place: Place, url: str, value: Any) -> str | None:
    """What an extension that the portal knows should have been; None where it is right or not ours."""
    kind, code, control = place.type, str(value), str(_control(value))
    numbers = type(value) in {int, float} and kind in {None, "integer", "decimal"}, _NUMBERS
    known: dict[str, tuple[bool, str]] = {
        HINT: (isinstance(value, str) and bool(value), "'entryFormat' is the hint: a 'valueString'."),
        FULL_WIDTH: (
            type(value) is bool and (place.is_table or kind is None),
            "'full-width' is a 'valueBoolean' on a table.",
        ),
        EHCP_SECTION: (code in EHCP_SECTIONS, "'ehcp-section' is a 'valueCode' from A to K."),
        FROM_SUBJECT: (
            code in FROM_SUBJECT_TYPES and not place.is_column and kind in {None, *FROM_SUBJECT_TYPES[code]},
            "'from-subject' is 'name' or 'address' on a line or text, 'date_of_birth' on a date; not in a table.",
        ),
        MIN_VALUE: numbers,
        MAX_VALUE: numbers,
        ITEM_CONTROL: (
            kind is None or control in CONTROLS.get(kind, set()),
            f"'{control[:80]}' is not a way to show this question.",
        ),
    }
    is_right, wanted = known.get(url, (True, ""))
    return None if is_right else wanted


_NUMBERS = "'minValue' and 'maxValue' are numbers on a number question."


def _control(value: Any) -> Any:
    try:
        return value["coding"][0]["code"]
    except (KeyError, IndexError, TypeError):
        return None


def _one_file_question(places: list[Place]) -> Iterator[Fault]:
    for place in [place for place in places if place.type == "attachment"][1:]:
        yield place.fault("second_file_question", "A form has one file question.", "type")


def _told(item: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    extensions = item.get("extension")
    for index, extension in enumerate(extensions if isinstance(extensions, list) else []):
        if isinstance(extension, dict):
            yield index, extension


def _snake(name: str) -> str:
    return re.sub(r"(?=[A-Z])", "_", name).lower()
