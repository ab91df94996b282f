"""From what people typed to answers, and what is wrong with them in sentences. No drafts, no I/O."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError

from contracts.base import Fault
from services.forms.model.conditions import hidden_keys
from services.forms.model.questionnaire import Definition, Item
from services.forms.model.schema import ROW_LIMIT, answers_schema

REQUIRED = "This field is required."
_DATES = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d %m %Y", "%d %B %Y", "%d %b %Y")
_YES = {"true", "yes"}
_NO = {"false", "no"}


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row as the draft holds it: its id and its cells' values."""

    row_id: str
    cells: Mapping[str, Any]


@dataclass(frozen=True)
class Form:
    """A definition, made ready once to judge many contributions."""

    definition: Definition

    @cached_property
    def validator(self) -> Draft202012Validator:
        """The answers schema, compiled."""
        return Draft202012Validator(answers_schema(self.definition), validate_formats=True)

    def answers(self, values: Mapping[str, Any], tables: Mapping[str, list[TableRow]]) -> dict[str, Any]:
        """The answers by key, typed, without what is empty or hidden; tables as lists of row objects."""
        typed = {
            key: value
            for key, item in self.definition.questions.items()
            if (value := typed_value(item, values.get(key))) is not None
        }
        hidden = hidden_keys(self.definition, typed)
        rows = {
            key: [cells for _, cells in filled]
            for key, table in self.definition.tables.items()
            if (filled := filled_rows(table, tables.get(key, [])))
        }
        return {key: value for key, value in {**typed, **rows}.items() if key not in hidden}

    def faults(
        self, values: Mapping[str, Any], tables: Mapping[str, list[TableRow]], *, file_count: int
    ) -> list[Fault]:
        """Everything that keeps a contribution from being submitted, in the order of the form."""
        answers = self.answers(values, tables)
        row_ids = {
            key: [row_id for row_id, _ in filled_rows(table, tables.get(key, []))]
            for key, table in self.definition.tables.items()
        }
        found = {
            fault.path: fault
            for error in self.validator.iter_errors(answers)
            for fault in [_fault(self.definition, error, row_ids)]
        }
        files = self.definition.file_question
        if files and files.required and not file_count and files.link_id not in hidden_keys(self.definition, answers):
            found[files.link_id] = Fault(path=files.link_id, code="required", message="Attach at least one document.")
        order = {item.link_id: index for index, item in enumerate(self.definition.walk())}
        return sorted(found.values(), key=lambda fault: order.get(fault.path.partition("/")[0], -1))


def filled_rows(table: Item, rows: list[TableRow]) -> list[tuple[str, dict[str, Any]]]:
    """The rows in which something stands, typed."""
    typed = (
        (
            row.row_id,
            {
                column.link_id: value
                for column in table.item
                if (value := typed_value(column, row.cells.get(column.link_id))) is not None
            },
        )
        for row in rows
    )
    return [(row_id, cells) for row_id, cells in typed if cells]


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
    text = value.strip()
    if not text:
        return None
    return _READERS.get(item.type, _read_text)(value)


def _read_text(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _read_date(text: str) -> str:
    cleaned = " ".join(text.split())
    for form in _DATES:
        try:
            return datetime.strptime(cleaned, form).date().isoformat()  # noqa: DTZ007 - a day, no time
        except ValueError:
            continue
    return cleaned


def _read_integer(text: str) -> int | str:
    cleaned = text.strip().replace(",", "")
    return int(cleaned) if re.fullmatch(r"[+-]?[0-9]{1,15}", cleaned) else text.strip()


def _read_decimal(text: str) -> float | int | str:
    cleaned = text.strip().replace(",", "")
    if re.fullmatch(r"[+-]?[0-9]{1,15}", cleaned):
        return int(cleaned)
    return float(cleaned) if re.fullmatch(r"[+-]?[0-9]{0,15}\.[0-9]{1,15}", cleaned) else text.strip()


def _read_boolean(text: str) -> bool | str:
    word = text.strip().lower()
    return True if word in _YES else False if word in _NO else text.strip()


_READERS = {"date": _read_date, "integer": _read_integer, "decimal": _read_decimal, "boolean": _read_boolean}


def as_people_write(day: str) -> str:
    """A date of the answers in words: 25 July 2021."""
    try:
        parsed = date.fromisoformat(day)
    except ValueError:
        return day
    return f"{parsed.day} {parsed:%B %Y}"


def _fault(definition: Definition, error: ValidationError, row_ids: Mapping[str, list[str]]) -> Fault:
    path = [
        *error.instance_path,
        *([error.kind.as_dict()["property"]] if error.kind.name == "required" else []),
    ]
    item = _item(definition, path)
    where = [str(part) for part in path[:1]]
    if len(path) > 1 and item is not None and path[0] in definition.tables:
        where.append(row_ids[str(path[0])][int(path[1])])
        where.extend(str(part) for part in path[2:3])
    code, message = _sentence(item, error)
    return Fault(path="/".join(where), code=code, message=message)


def _item(definition: Definition, path: list[str | int]) -> Item | None:
    key = str(path[0]) if path else ""
    table = definition.tables.get(key)
    if table is None or len(path) < 3:  # noqa: PLR2004 - table, row, column
        return table or definition.questions.get(key)
    return next((column for column in table.item if column.link_id == path[2]), None)


def _sentence(item: Item | None, error: ValidationError) -> tuple[str, str]:
    name = error.kind.name
    if item is None:
        return "unknown", "This is not a question of the form."
    if name in {"required", "minItems"}:
        return "required", REQUIRED
    if name == "maxLength":
        return "too_long", f"{_subject(item)} must be {error.kind.as_dict()['limit']:,} characters or fewer."
    if name == "maxItems":
        return "too_many_rows", f"{_subject(item)} must have {ROW_LIMIT} rows or fewer."
    if name in {"minimum", "maximum"} and item.type in {"integer", "decimal"}:
        word = "more" if name == "minimum" else "less"
        return "out_of_range", f"Enter a number that is {error.kind.as_dict()['limit']:,} or {word}."
    return _WRONG_TYPE.get(item.type, ("wrong_type", "Enter words."))


_WRONG_TYPE = {
    "date": ("not_a_date", "Enter a date in the format DD/MM/YYYY, for example 27/03/2021."),
    "integer": ("not_a_number", "Enter a whole number, for example 12."),
    "decimal": ("not_a_number", "Enter a number, for example 12 or 12.5."),
    "boolean": ("not_an_option", "Choose yes or no."),
    "choice": ("not_an_option", "Choose one of the options in the list."),
}


def _subject(item: Item) -> str:
    label = item.text.strip().rstrip(":*").strip()
    return "Your answer" if not label or label.endswith("?") or len(label) > 80 else label  # noqa: PLR2004
