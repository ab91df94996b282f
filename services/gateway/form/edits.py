"""What a person changed on a form's page: the posted fields against what the page had shown. Pure; no HTTP, no clock.

What was typed is sent as it was typed; what it means is for forms to say.

A page carries the revision and a digest of every answer that it showed, so that only what was really changed is sent:
a page that lay open for a day puts nothing back that somebody else has changed since.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.api.forms import ContributionView, Edit, FormPage, Question
from services.gateway.form.questions import NOTHING, control_value, flat, plain_text

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
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
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
                # A row that is put back is sent whole.
                answers = {path: mark for path, mark in answers.items() if not path.startswith(f"{edit.path}/")}
        return Seen(answers, rows)


@dataclass
class PageChanges:
    """What was read from a page: the changes, and everything as typed."""

    edits: list[Edit] = field(default_factory=list)
    typed: dict[str, list[str]] = field(default_factory=dict)


def seen_on(page: FormPage, view: ContributionView) -> Seen:
    """What a page shows of these answers."""
    marks: dict[str, str] = {}
    rows: dict[str, list[str]] = {}
    for question in flat(page.questions):
        if question.type == "table":
            rows[question.key] = [row.row_id for row in view.rows.get(question.key, [])]
        asked = {
            f"{question.key}/{row_id}/{column.key}": column
            for row_id in rows.get(question.key, [])
            for column in question.columns
        }
        for path, each in (asked | {question.key: question}).items():
            if each.type in ANSWERED:
                marks[path] = digest(control_value(each, view.answers.get(path, NOTHING)))
    return Seen(marks, rows)


def read_page(page: FormPage, posted: Posted, seen: Seen, *, adding: str = "") -> PageChanges:
    """The changes of one page; `adding` is the table whose new rows are kept even when empty."""
    reading = PageChanges()
    for question in flat(page.questions):
        if question.type in ANSWERED:
            _read_answer(reading, question, question.key, posted, seen)
        elif question.type == "table":
            _read_table(reading, question, posted, seen, keep_empty=adding == question.key)
    _read_choices(reading, posted, seen)
    return reading


def _read_answer(reading: PageChanges, question: Question, path: str, posted: Posted, seen: Seen) -> None:
    typed = posted.get(ANSWER + path)
    if typed is None and (path not in seen.answers or question.type not in _EMPTY_IS_ABSENT):
        return
    reading.typed[path] = typed or []
    several = question.type == "several"
    value = [option for option in typed or [] if option] if several else plain_text(typed or [])
    if digest(value) != seen.answers.get(path, digest([] if several else "")):
        reading.edits.append(Edit(op="set", path=path, value=value))


def _read_table(reading: PageChanges, table: Question, posted: Posted, seen: Seen, *, keep_empty: bool) -> None:
    known, removed = seen.rows.get(table.key, []), posted.get(REMOVED + table.key, [])
    reading.edits += [Edit(op="remove_row", path=f"{table.key}/{row_id}") for row_id in removed if row_id in known]
    for row_id in posted.get(ROWS + table.key, []):
        if row_id in removed or not _ROW_ID.fullmatch(row_id):
            continue
        row = PageChanges()
        for column in table.columns:
            _read_answer(row, column, f"{table.key}/{row_id}/{column.key}", posted, seen)
        if row_id not in known and (row.edits or keep_empty):
            reading.edits.append(Edit(op="add_row", path=f"{table.key}/{row_id}"))
        reading.edits += row.edits
        reading.typed |= row.typed


def _read_choices(reading: PageChanges, posted: Posted, seen: Seen) -> None:
    """Where two people changed one answer, the chosen version is sent instead of what the field holds."""
    for name, values in posted.items():
        path = name.removeprefix(CHOICE)
        if path == name or path not in seen.answers or not values[-1]:
            continue
        chosen = _choice(values[-1])
        if chosen is not None:
            reading.edits = [edit for edit in reading.edits if edit.path != path]
            reading.edits.append(Edit(op="resolve", path=path, value=chosen))


def _choice(text: str) -> str | list[str] | None:
    """A version as its radio button carries it; None for what no page of ours sends."""
    try:
        chosen = json.loads(text)
        json.dumps(chosen, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    is_list = isinstance(chosen, list) and all(isinstance(each, str) for each in chosen)
    return chosen if is_list or isinstance(chosen, str) else None


def batch_id(page_id: str, revision: int, edits: list[Edit]) -> str:
    """The same changes from the same page have the same id: pressed twice or sent again, they count once."""
    body = json.dumps([page_id, revision, [edit.model_dump() for edit in edits]], sort_keys=True)
    return hashlib.blake2b(body.encode(), digest_size=16).hexdigest()
