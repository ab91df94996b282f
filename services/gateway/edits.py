"""What a person changed on a form's page: the posted fields against what the page had shown. Pure; no HTTP, no clock.

A page carries the revision and a digest of every answer that it showed, so that only what was really changed is sent:
a page that lay open for a day puts nothing back that somebody else has changed since.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.api.forms import Edit, FormPage, Question
from services.gateway.views.answers import (
    Answers,
    UnreadableError,
    as_list,
    as_typed,
    flat,
    plain_text,
    read_typed,
    rows_of,
)

ANSWER, ROWS, REMOVED, CHOICE = "a:", "rows:", "removed:", "choice:"
ANSWERED = frozenset({"line", "text", "number", "date", "boolean", "radio", "picklist", "several"})
_EMPTY_IS_ABSENT = frozenset({"boolean", "radio", "several"})
_ROW_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")

Posted = Mapping[str, list[str]]


def digest(value: Any) -> str:
    """A short mark of a value: equal marks, equal values."""
    return hashlib.blake2b(json.dumps(value, sort_keys=True).encode(), digest_size=6).hexdigest()


@dataclass(frozen=True)
class Seen:
    """What a page showed: a digest of each answer by path, the rows of each table."""

    answers: dict[str, str] = field(default_factory=dict)
    rows: dict[str, list[str]] = field(default_factory=dict)

    def dump(self) -> str:
        """As the page carries it."""
        return json.dumps({"a": self.answers, "r": self.rows}, separators=(",", ":"))

    @classmethod
    def load(cls, text: str) -> "Seen":
        """From a page; a mangled one has seen nothing."""
        try:
            data = json.loads(text)
            answers = {str(path): str(mark) for path, mark in data["a"].items()}
            return cls(answers, {str(key): [str(row) for row in rows] for key, rows in data["r"].items()})
        except (ValueError, KeyError, TypeError, AttributeError):
            return cls()

    def after(self, edits: list[Edit]) -> "Seen":
        """What a page has seen once its edits are saved."""
        answers, rows = dict(self.answers), {key: list(ids) for key, ids in self.rows.items()}
        for edit in edits:
            table, _, row_id = edit.path.partition("/")
            if edit.op in ("set", "resolve"):
                answers[edit.path] = digest(edit.value)
            elif edit.op == "add_row" and row_id not in rows.setdefault(table, []):
                rows[table].append(row_id)
            elif edit.op == "remove_row" and row_id in rows.get(table, []):
                rows[table].remove(row_id)
        return Seen(answers, rows)


@dataclass
class Reading:
    """What was read from a page: the changes, what is no real answer yet and why, and everything as typed.

    What is no real answer is kept as it was typed: a half-typed date is not lost, only not good enough to submit.
    """

    edits: list[Edit] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)
    typed: dict[str, list[str]] = field(default_factory=dict)


def _value_shown(question: Question, value: Any) -> Any:
    """A stored value after a round through its control, so that showing it changes nothing."""
    typed = as_list(value) if question.type == "several" else [as_typed(question, value)]
    try:
        return read_typed(question, typed)
    except UnreadableError:
        return plain_text(typed).strip()


def seen_on(page: FormPage, answers: Answers) -> Seen:
    """What a page shows of these answers."""
    marks: dict[str, str] = {}
    rows: dict[str, list[str]] = {}
    for question in flat(page.questions):
        if question.type in ANSWERED:
            marks[question.key] = digest(_value_shown(question, answers.get(question.key)))
        elif question.type == "table":
            table = rows_of(answers, question.key)
            rows[question.key] = [row.row_id for row in table]
            for row in table:
                for column in question.columns:
                    marks[f"{question.key}/{row.row_id}/{column.key}"] = digest(
                        _value_shown(column, row.cells.get(column.key))
                    )
    return Seen(marks, rows)


def read_page(page: FormPage, posted: Posted, seen: Seen, *, adding: str = "") -> Reading:
    """The changes of one page; `adding` is the table whose new rows are kept even when empty."""
    reading = Reading()
    for question in flat(page.questions):
        if question.type in ANSWERED:
            _read_answer(reading, question, question.key, posted, seen)
        elif question.type == "table":
            _read_table(reading, question, posted, seen, keep_empty=adding == question.key)
    _read_choices(reading, posted, seen)
    return reading


def _read_answer(reading: Reading, question: Question, path: str, posted: Posted, seen: Seen) -> None:
    typed = posted.get(ANSWER + path)
    if typed is None and (path not in seen.answers or question.type not in _EMPTY_IS_ABSENT):
        return
    reading.typed[path] = typed or []
    try:
        value = read_typed(question, typed or [])
    except UnreadableError as fault:
        reading.faults[path] = str(fault)
        value = plain_text(typed or []).strip()
    if digest(value) != seen.answers.get(path, digest(None)):
        reading.edits.append(Edit(op="set", path=path, value=value))


def _read_table(reading: Reading, table: Question, posted: Posted, seen: Seen, *, keep_empty: bool) -> None:
    known, removed = seen.rows.get(table.key, []), posted.get(REMOVED + table.key, [])
    reading.edits += [Edit(op="remove_row", path=f"{table.key}/{row_id}") for row_id in removed if row_id in known]
    for row_id in posted.get(ROWS + table.key, []):
        if row_id in removed or not _ROW_ID.fullmatch(row_id):
            continue
        row = Reading()
        for column in table.columns:
            _read_answer(row, column, f"{table.key}/{row_id}/{column.key}", posted, seen)
        if row_id not in known and (row.edits or row.faults or keep_empty):
            reading.edits.append(Edit(op="add_row", path=f"{table.key}/{row_id}"))
        reading.edits += row.edits
        reading.faults |= row.faults
        reading.typed |= row.typed


def _read_choices(reading: Reading, posted: Posted, seen: Seen) -> None:
    """Where two people changed one answer, the chosen version is sent instead of what the field holds."""
    for name, values in posted.items():
        path = name.removeprefix(CHOICE)
        if path == name or path not in seen.answers or not values[-1]:
            continue
        try:
            chosen = json.loads(values[-1])
        except ValueError:
            continue
        reading.edits = [edit for edit in reading.edits if edit.path != path]
        reading.edits.append(Edit(op="resolve", path=path, value=chosen))


def batch_id(page_id: str, revision: int, edits: list[Edit]) -> str:
    """The same changes from the same page have the same id: pressed twice or sent again, they count once."""
    body = json.dumps([page_id, revision, [edit.model_dump() for edit in edits]], sort_keys=True)
    return hashlib.blake2b(body.encode(), digest_size=16).hexdigest()
