"""Questions of a form as controls: ids, names, values, errors, conflicts. Pure; templates only print it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from contracts.api.forms import AnswerView, ConflictView, Question, RowView
from services.gateway.form.edits import ANSWER, CHOICE, REMOVED, ROWS
from services.gateway.form.questions import NOTHING, control_value
from services.gateway.kit.views.wording import moment

ASKED = "The council asks about this answer."
COUNT_UP_TO = 5000
"""Longer limits are told by an error only: a count in five digits is noise."""


@dataclass(frozen=True)
class AnswerVersion:
    """One of several answers to one question, and how it is chosen."""

    words: str
    by: str
    at: str
    choice: str


@dataclass(frozen=True)
class AnswerConflict:
    """An answer that was changed in two places at once."""

    name: str
    id: str
    versions: list[AnswerVersion]
    by_one: bool


@dataclass(frozen=True)
class TableLine:
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
    conditional: bool = False
    decides: bool = False
    conflict: AnswerConflict | None = None
    fields: list["Field"] = field(default_factory=list)
    columns: list["Field"] = field(default_factory=list)
    rows: list[TableLine] = field(default_factory=list)
    template_row: TableLine | None = None
    rows_name: str = ""
    removed_name: str = ""

    @property
    def error_message(self) -> dict[str, str] | None:
        """The message beside the control, as the components take it."""
        return {"text": self.error} if self.error else None


@dataclass(frozen=True)
class ControlValues:
    """What fills the controls of a page: answers, over them what was typed and not kept, faults, conflicts."""

    answers: Mapping[str, AnswerView] = field(default_factory=dict)
    rows: Mapping[str, list[RowView]] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    typed: dict[str, list[str]] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    conflicts: dict[str, ConflictView] = field(default_factory=dict)
    spare_row: str = ""
    """The id of the row that an empty table offers to type into."""
    asked: frozenset[str] = frozenset()
    """The keys of the questions that the council asks about."""

    def hint(self, question: Question, path: str) -> str:
        """What stands under the label of a question."""
        return " ".join(words for words in (ASKED if path in self.asked else "", question.hint) if words)


def element_id(path: str) -> str:
    """The id of the control of a path."""
    return "q-" + path.replace("/", "--")


def _new_row(row_id: str) -> RowView:
    return RowView(row_id=row_id, owner="", is_empty=True)


def _conflict(question: Question, path: str, filled: ControlValues) -> AnswerConflict | None:
    conflict = filled.conflicts.get(path)
    if conflict is None:
        return None
    versions = [
        AnswerVersion(
            version.answer.read or "Nothing",
            version.by,
            moment(version.at),
            json.dumps(control_value(question, version.answer)),
        )
        for version in (conflict.stands, *conflict.others)
    ]
    return AnswerConflict(CHOICE + path, f"choice-{element_id(path)}", versions, by_one=conflict.by_one)


def _control(question: Question, path: str, filled: ControlValues, *, hidden: bool = False) -> Field:
    """A question with one answer."""
    kind = "read_only_answer" if question.type == "read_only" else question.type
    typed = filled.typed.get(path)
    several = question.type == "several"
    options = (
        [("yes", "Yes"), ("no", "No")]
        if kind == "boolean"
        else [(option.value, option.label) for option in question.options]
    )
    answer = filled.answers.get(path, NOTHING)
    shown = answer.read if question.type == "read_only" else answer.typed
    return Field(
        kind=kind,
        key=question.key,
        id=element_id(path),
        name=ANSWER + path,
        label=question.label,
        hint=filled.hint(question, path),
        required=question.required,
        value=shown if typed is None else (typed[-1] if typed else ""),
        values=(answer.chosen if typed is None else typed) if several else [],
        options=options,
        error=filled.faults.get(path, ""),
        max_length=question.max_length,
        count=kind == "text" and bool(question.max_length and question.max_length <= COUNT_UP_TO),
        full_width=question.full_width,
        hidden=hidden,
        conditional=question.conditional,
        decides=question.decides,
        conflict=_conflict(question, path, filled),
    )


def _table(question: Question, filled: ControlValues, *, hidden: bool) -> Field:
    """A table: its saved rows, those typed but not saved, or one spare row to begin with."""

    def row(row: RowView, number: int) -> TableLine:
        path = f"{question.key}/{row.row_id}"
        return TableLine(row.row_id, number, [_control(c, f"{path}/{c.key}", filled) for c in question.columns])

    saved = filled.rows.get(question.key, [])
    known = {row.row_id for row in saved}
    typed = dict.fromkeys(path.split("/")[1] for path in filled.typed if path.startswith(question.key + "/"))
    rows = saved + [_new_row(row_id) for row_id in typed if row_id not in known]
    if not rows and filled.spare_row:
        rows = [_new_row(filled.spare_row)]
    return Field(
        kind="table",
        key=question.key,
        id=element_id(question.key),
        name=question.key,
        label=question.label,
        hint=filled.hint(question, question.key),
        required=question.required,
        error=filled.faults.get(question.key, ""),
        full_width=question.full_width,
        hidden=hidden,
        conditional=question.conditional,
        decides=question.decides,
        columns=[_control(column, column.key, ControlValues()) for column in question.columns],
        rows=[row(each, number) for number, each in enumerate(rows, 1)],
        template_row=row(_new_row("ROW-ID"), 0),
        rows_name=ROWS + question.key,
        removed_name=REMOVED + question.key,
    )


def fields_of(questions: list[Question], filled: ControlValues) -> list[Field]:
    """The controls of a page's questions; those that forms does not show are there, hidden."""
    return [_field(question, filled) for question in questions]


def _field(question: Question, filled: ControlValues) -> Field:
    hidden = question.key in filled.hidden
    if question.type == "table":
        return _table(question, filled, hidden=hidden)
    if question.type in ("heading", "help", "files"):
        return Field(
            kind=question.type,
            key=question.key,
            id=element_id(question.key),
            name=ANSWER + question.key,
            label=question.label,
            hint=filled.hint(question, question.key),
            required=question.required,
            error=filled.faults.get(question.key, ""),
            hidden=hidden,
            conditional=question.conditional,
            decides=question.decides,
            fields=fields_of(question.questions, filled),
        )
    return _control(question, question.key, filled, hidden=hidden)
