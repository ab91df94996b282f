"""What a form says to what was typed: what shows, what is answered, what is wrong or missing. No drafts, no I/O.

Pages, the check page, the PDF and what the council gets are all drawn from this one judgement.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError

from contracts.api.forms import AnswerFault
from services.forms.model.conditions import hidden_keys
from services.forms.model.paths import split
from services.forms.model.questionnaire import Definition, Item
from services.forms.model.schema import ROW_LIMIT, answers_schema
from services.forms.model.values import typed_value

REQUIRED = "This field is required."
_MISSING = {"required", "no_document"}


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row as the draft holds it: its id and its cells' values."""

    row_id: str
    cells: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The keys of every item that does not show, the answers as they leave the portal, and what is wrong with them."""

    hidden: frozenset[str]
    answers: dict[str, Any]
    faults: tuple[AnswerFault, ...]


@dataclass(frozen=True)
class Form:
    """A definition, made ready once to judge many contributions."""

    definition: Definition

    @cached_property
    def validator(self) -> Draft202012Validator:
        """The answers schema, compiled."""
        return Draft202012Validator(answers_schema(self.definition), validate_formats=True)

    @cached_property
    def _order(self) -> dict[str, int]:
        """Where each item stands in the form."""
        items = (each for item in self.definition.walk() for each in (item, *(item.item if item.is_table else ())))
        return {item.link_id: index for index, item in enumerate(items)}

    def judge(
        self,
        values: Mapping[str, Any],
        tables: Mapping[str, list[TableRow]],
        *,
        left_out: Collection[str] = (),
        file_count: int = 0,
    ) -> Judgement:
        """The judgement on what was typed; a question that does not show counts as not answered.

        `left_out`: the keys of the pages that are not asked for any more.
        """
        typed = {
            key: value
            for key, item in self.definition.questions.items()
            if (value := typed_value(item, values.get(key))) is not None
        }
        hidden = hidden_keys(self.definition, typed, left_out)
        rows = {key: filled_rows(table, tables.get(key, [])) for key, table in self.definition.tables.items()}
        filled = {key: [row.cells for row in some] for key, some in rows.items() if some}
        answers = {key: value for key, value in {**typed, **filled}.items() if key not in hidden}
        faults = [
            *(self._wrong(error, rows, tables) for error in self.validator.iter_errors(answers)),
            *self._no_document(hidden, file_count),
        ]
        # The schema is of the whole form: it misses the answers of what is left out.
        asked = [fault for fault in faults if split(fault.path)[0] not in hidden]
        return Judgement(hidden, answers, self.in_order(asked, tables))

    def in_order(self, faults: list[AnswerFault], tables: Mapping[str, list[TableRow]]) -> tuple[AnswerFault, ...]:
        """Each path once, the last that was said of it, as they stand in the form."""

        def place(fault: AnswerFault) -> tuple[int, int, int]:
            key, row_id, column = split(fault.path)
            rows = [row.row_id for row in tables.get(key, [])]
            return self._order.get(key, -1), rows.index(row_id) if row_id in rows else -1, self._order.get(column, -1)

        once = {fault.path: fault for fault in faults}.values()
        return tuple(sorted(once, key=place))

    def fault(self, path: str, tables: Mapping[str, list[TableRow]], code: str, message: str) -> AnswerFault:
        """A fault with the words for where it is: its question; of a cell the table, the row and the column."""
        key, row_id, column = split(path)
        table = self.definition.tables.get(key)
        items = [table or self.definition.questions.get(key) or self.definition.file_question]
        row = [f"row {number}" for number, row in enumerate(tables.get(key, []), 1) if row.row_id == row_id]
        if table is not None and column:
            items += [each for each in table.item if each.link_id == column]
        labels = [_label(item) for item in items if item is not None]
        place = ", ".join(words for words in [*labels[:1], *row, *labels[1:]] if words)
        return AnswerFault(path=path, code=code, message=message, place=place, is_missing=code in _MISSING)

    def _wrong(
        self, error: ValidationError, filled: Mapping[str, list[TableRow]], tables: Mapping[str, list[TableRow]]
    ) -> AnswerFault:
        missing = [error.kind.as_dict()["property"]] if error.kind.name == "required" else []
        steps = [*error.instance_path, *missing]
        key = str(steps[0]) if steps else ""
        item = self.definition.questions.get(key)
        if table := self.definition.tables.get(key):
            row_id = [filled[key][int(step)].row_id for step in steps[1:2]]
            item = next((each for each in table.item if [each.link_id] == steps[2:3]), table)
            path = "/".join([key, *row_id, *map(str, steps[2:3])])
        else:
            path = key
        return self.fault(path, tables, *_sentence(item, error))

    def _no_document(self, hidden: frozenset[str], file_count: int) -> list[AnswerFault]:
        files = self.definition.file_question
        if files is None or not files.required or file_count or files.link_id in hidden:
            return []
        return [self.fault(files.link_id, {}, "no_document", "Attach at least one document.")]


def filled_rows(table: Item, rows: list[TableRow]) -> list[TableRow]:
    """The rows in which something stands, typed."""
    typed = (
        TableRow(
            row.row_id,
            {
                column.link_id: value
                for column in table.item
                if (value := typed_value(column, row.cells.get(column.link_id))) is not None
            },
        )
        for row in rows
    )
    return [row for row in typed if row.cells]


def _sentence(item: Item | None, error: ValidationError) -> tuple[str, str]:
    """A sentence that needs no name of its question: it stands beside it, or after its place."""
    name = error.kind.name
    if item is None:
        return "unknown", "This is not a question of the form."
    if name in {"required", "minItems"}:
        return "required", REQUIRED
    if name == "maxLength":
        return "too_long", f"This must be {error.kind.as_dict()['limit']:,} characters or fewer."
    if name == "maxItems":
        return "too_many_rows", f"This must have {ROW_LIMIT} rows or fewer."
    if name in {"minimum", "maximum"} and item.type in {"integer", "decimal"}:
        word = "more" if name == "minimum" else "less"
        return "out_of_range", f"This must be a number that is {error.kind.as_dict()['limit']:,} or {word}."
    return _WRONG_TYPE.get(item.type, ("wrong_type", "This must be words."))


_WRONG_TYPE = {
    "date": ("not_a_date", "This must be a real date, like 17/5/2026."),
    "integer": ("not_a_number", "This must be a whole number, like 12."),
    "decimal": ("not_a_number", "This must be a number, like 12 or 12.5."),
    "boolean": ("not_an_option", "Choose yes or no."),
    "choice": ("not_an_option", "Choose one of the options in the list."),
}


def _label(item: Item) -> str:
    return item.text.strip().rstrip(" :?*.")
