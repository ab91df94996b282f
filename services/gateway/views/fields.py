"""Questions of a form as controls: ids, names, values, errors, conflicts. Pure; templates only print it."""

import json
from dataclasses import dataclass, field
from typing import Any

from contracts.api.forms import Conflict, Question, Row
from services.gateway.edits import ANSWER, CHOICE, REMOVED, ROWS
from services.gateway.views.answers import Answers, as_list, as_read, as_typed, rows_of, shows
from services.gateway.views.dates import moment

COUNT_UP_TO = 5000
"""Longer limits are told by an error only: a count in five digits is noise."""


@dataclass(frozen=True)
class Version:
    """One of several answers to one question, and how it is chosen."""

    words: str
    by: str
    at: str
    choice: str


@dataclass(frozen=True)
class Conflicted:
    """An answer that two people changed at once."""

    name: str
    id: str
    versions: list[Version]


@dataclass(frozen=True)
class TableRow:
    """A row of a table: a cell of controls for each column, or its words where it is only read."""

    row_id: str
    number: int
    cells: list["Field"]


@dataclass(frozen=True)
class Field:
    """One question as a page shows it."""

    kind: str
    key: str
    id: str
    name: str
    label: str
    hint: str = ""
    required: bool = False
    value: str = ""
    values: list[str] = field(default_factory=list)
    options: list[tuple[str, str]] = field(default_factory=list)
    error: str = ""
    max_length: int | None = None
    count: bool = False
    full_width: bool = False
    hidden: bool = False
    conditions: str = ""
    conflict: Conflicted | None = None
    fields: list["Field"] = field(default_factory=list)
    columns: list["Field"] = field(default_factory=list)
    rows: list[TableRow] = field(default_factory=list)
    template_row: TableRow | None = None
    rows_name: str = ""
    removed_name: str = ""

    @property
    def error_message(self) -> dict[str, str] | None:
        """The message beside the control, as the components take it."""
        return {"text": self.error} if self.error else None


@dataclass(frozen=True)
class Filled:
    """What fills the controls of a page: answers, over them what was typed and not kept, faults, conflicts."""

    answers: Answers
    typed: dict[str, list[str]] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    conflicts: dict[str, Conflict] = field(default_factory=dict)
    spare_row: str = ""
    """The id of the row that an empty table offers to type into."""


def element_id(path: str) -> str:
    """The id of the control of a path."""
    return "q-" + path.replace("/", "--")


def _conflict(question: Question, path: str, filled: Filled) -> Conflicted | None:
    conflict = filled.conflicts.get(path)
    if conflict is None:
        return None
    versions = [
        Version(
            as_read(question, version.value) or "Nothing", version.by, moment(version.at), json.dumps(version.value)
        )
        for version in (conflict.stands, *conflict.others)
    ]
    return Conflicted(CHOICE + path, f"choice-{element_id(path)}", versions)


def _conditions(question: Question) -> str:
    if not question.conditions:
        return ""
    return json.dumps(
        {"any": question.any_condition, "all": [condition.model_dump(mode="json") for condition in question.conditions]}
    )


def _control(question: Question, path: str, value: Any, filled: Filled, *, hidden: bool = False) -> Field:
    """A question with one answer."""
    kind = "read_only_answer" if question.type == "read_only" else question.type
    typed = filled.typed.get(path)
    several = question.type == "several"
    options = (
        [("yes", "Yes"), ("no", "No")]
        if kind == "boolean"
        else [(option.value, option.label) for option in question.options]
    )
    shown = as_read(question, value) if question.type == "read_only" else as_typed(question, value)
    return Field(
        kind=kind,
        key=question.key,
        id=element_id(path),
        name=ANSWER + path,
        label=question.label,
        hint=question.hint,
        required=question.required,
        value=shown if typed is None else (typed[-1] if typed else ""),
        values=(as_list(value) if typed is None else typed) if several else [],
        options=options,
        error=filled.faults.get(path, ""),
        max_length=question.max_length,
        count=kind == "text" and bool(question.max_length and question.max_length <= COUNT_UP_TO),
        full_width=question.full_width,
        hidden=hidden,
        conditions=_conditions(question),
        conflict=_conflict(question, path, filled),
    )


def _table(question: Question, filled: Filled, *, hidden: bool) -> Field:
    """A table: its saved rows, those typed but not saved, or one spare row to begin with."""

    def row(row: Row, number: int) -> TableRow:
        path = f"{question.key}/{row.row_id}"
        return TableRow(
            row.row_id, number, [_control(c, f"{path}/{c.key}", row.cells.get(c.key), filled) for c in question.columns]
        )

    saved = rows_of(filled.answers, question.key)
    known = {row.row_id for row in saved}
    typed = dict.fromkeys(path.split("/")[1] for path in filled.typed if path.startswith(question.key + "/"))
    rows = saved + [Row(row_id=row_id, owner="", cells={}) for row_id in typed if row_id not in known]
    if not rows and filled.spare_row:
        rows = [Row(row_id=filled.spare_row, owner="", cells={})]
    return Field(
        kind="table",
        key=question.key,
        id=element_id(question.key),
        name=question.key,
        label=question.label,
        hint=question.hint,
        required=question.required,
        error=filled.faults.get(question.key, ""),
        full_width=question.full_width,
        hidden=hidden,
        conditions=_conditions(question),
        columns=[_control(column, column.key, None, Filled({})) for column in question.columns],
        rows=[row(each, number) for number, each in enumerate(rows, 1)],
        template_row=row(Row(row_id="ROW-ID", owner="", cells={}), 0),
        rows_name=ROWS + question.key,
        removed_name=REMOVED + question.key,
    )


def fields_of(questions: list[Question], filled: Filled) -> list[Field]:
    """The controls of a page's questions; those whose condition does not hold are there, hidden."""
    return [_field(question, filled) for question in questions]


def _field(question: Question, filled: Filled) -> Field:
    hidden = not shows(question, filled.answers)
    if question.type == "table":
        return _table(question, filled, hidden=hidden)
    if question.type in ("heading", "help", "files"):
        return Field(
            kind=question.type,
            key=question.key,
            id=element_id(question.key),
            name=ANSWER + question.key,
            label=question.label,
            hint=question.hint,
            required=question.required,
            error=filled.faults.get(question.key, ""),
            hidden=hidden,
            conditions=_conditions(question),
            fields=fields_of(question.questions, filled),
        )
    return _control(question, question.key, filled.answers.get(question.key), filled, hidden=hidden)
