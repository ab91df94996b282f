"""Answers: as stored, as typed into a control, as read on a page; and which questions show. Pure."""

import operator
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from contracts.api.forms import Condition, FormPage, Question, Row
from services.gateway.views.dates import day, read_day, typed_day

Answers = Mapping[str, Any]
REQUIRED = "This field is required."
_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}


class UnreadableError(ValueError):
    """What was typed is no value of its question's type; the message is for the person."""


def as_typed(question: Question, value: Any) -> str:
    """A stored value as the control holds it."""
    if value is None:
        return ""
    if question.type == "date":
        return typed_day(str(value))
    if question.type == "boolean":
        return "yes" if value else "no"
    return str(value)


def as_list(value: Any) -> list[str]:
    """The chosen values of a several-of question."""
    return [str(item) for item in value] if isinstance(value, list) else []


def plain_text(typed: list[str]) -> str:
    """What was typed, every line break as LF: a browser sends CR LF, also for one that was stored as a lone CR."""
    return (typed[-1] if typed else "").replace("\r\n", "\n").replace("\r", "\n")


def read_typed(question: Question, typed: list[str]) -> Any:
    """The value of what was typed or chosen; None where there is nothing."""
    if question.type == "several":
        return [item for item in typed if item] or None
    text = plain_text(typed)
    if not text.strip():
        return None
    if question.type == "number":
        return _number(question, text.strip())
    if question.type == "date":
        if (on := read_day(text.strip())) is None:
            raise UnreadableError(f"{_name(question)} must be a real date, like 17/5/2026.")
        return on.isoformat()
    if question.type == "boolean":
        return text == "yes"
    return text if question.type == "text" else text.strip()


def _name(question: Question) -> str:
    return question.label.rstrip(" :?*") or "This answer"


def _number(question: Question, text: str) -> int | float:
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        value = float("nan")
    if not abs(value) < 1e15:  # noqa: PLR2004 - also refuses nan and infinity; whole numbers stay exact below it
        raise UnreadableError(f"{_name(question)} must be a number.")
    return int(value) if value.is_integer() else value


def as_read(question: Question, value: Any) -> str:
    """A stored value as a page that is read shows it; empty where there is none."""
    if value is None or value in ("", []):
        return ""
    if question.type == "boolean":
        return "Yes" if value else "No"
    if question.type == "date":
        on = read_day(str(value))
        return day(on) if isinstance(on, date) else str(value)
    labels = {option.value: option.label for option in question.options}
    if question.type == "several":
        return "\n".join(labels.get(item, item) for item in as_list(value))
    return labels.get(str(value), str(value))


def rows_of(answers: Answers, key: str) -> list[Row]:
    """The rows of a table."""
    return [Row.model_validate(row) for row in answers.get(key) or []]


def flat(questions: list[Question]) -> Iterator[Question]:
    """Every question, groups opened, in the order of the page."""
    for question in questions:
        yield question
        yield from flat(question.questions)


def is_empty(value: Any) -> bool:
    """Nothing was answered."""
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _holds(condition: Condition, answers: Answers) -> bool:
    value = answers.get(condition.key)
    if condition.operator == "exists":
        return is_empty(value) != bool(condition.value)
    if condition.operator in ("=", "!="):
        same = condition.value in value if isinstance(value, list) else bool(value == condition.value)
        return same == (condition.operator == "=")
    try:
        return bool(_COMPARISONS[condition.operator](value, condition.value))
    except TypeError:
        return False


def shows(question: Question, answers: Answers) -> bool:
    """Whether the answers given so far call for the question."""
    if not question.conditions:
        return True
    holds = [_holds(condition, answers) for condition in question.conditions]
    return any(holds) if question.any_condition else all(holds)


def showing(questions: list[Question], answers: Answers) -> Iterator[Question]:
    """The questions that show, groups opened; a hidden group hides what is in it."""
    for question in questions:
        if shows(question, answers):
            yield question
            yield from showing(question.questions, answers)


def _fault(question: Question, value: Any, *, is_final: bool) -> str:
    """What is wrong with an answer; what is only missing counts when the form is to be final.

    Whether a document is missing, forms alone can say: it counts those that files has signed for.
    """
    if question.type == "files":
        return ""
    if is_empty(value):
        return REQUIRED if question.required and is_final else ""
    if question.type in ("date", "number"):
        try:
            read_typed(question, [as_typed(question, value)])
        except UnreadableError as fault:
            return str(fault)
    return ""


def page_faults(page: FormPage, answers: Answers, *, is_final: bool) -> dict[str, str]:
    """What is wrong with the answers of a page, by path; with `is_final` also what is missing.

    So that a person hears of it in time; forms has the last word when the contribution is submitted.
    """
    found: dict[str, str] = {}
    for question in showing(page.questions, answers):
        if question.type == "table":
            found |= _table_faults(question, rows_of(answers, question.key), is_final=is_final)
        else:
            found[question.key] = _fault(question, answers.get(question.key), is_final=is_final)
    return {path: text for path, text in found.items() if text}


def _table_faults(table: Question, rows: list[Row], *, is_final: bool) -> dict[str, str]:
    """A row in which nothing stands counts as not there."""
    filled = [row for row in rows if not all(is_empty(value) for value in row.cells.values())]
    found = {table.key: REQUIRED if table.required and is_final and not filled else ""}
    for row in filled:
        for column in table.columns:
            path = f"{table.key}/{row.row_id}/{column.key}"
            found[path] = _fault(column, row.cells.get(column.key), is_final=is_final)
    return found
