"""The questions of a page and what forms says to their answers. Pure; nothing is decided here."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from contracts.api.forms import AnswerFault, AnswerView, ConflictView, ContributionView, FormPage, Question
from contracts.base import Fault

NOTHING = AnswerView()
Placed = TypeVar("Placed", AnswerFault, ConflictView)


def flat(questions: list[Question]) -> Iterator[Question]:
    """Every question, groups opened, in the order of the page."""
    for question in questions:
        yield question
        yield from flat(question.questions)


def narrowed(page: FormPage, key: str) -> FormPage:
    """The page with one question alone, for Full Screen; whole where there is no such question."""
    only = [question for question in flat(page.questions) if question.key == key]
    return page.model_copy(update={"questions": only}) if only else page


def showing(questions: list[Question], hidden: Iterable[str]) -> Iterator[Question]:
    """The questions that forms shows, groups opened."""
    unseen = frozenset(hidden)
    return (question for question in flat(questions) if question.key not in unseen)


def control_value(question: Question, answer: AnswerView) -> str | list[str]:
    """What the control of a question holds."""
    return answer.chosen if question.type == "several" else answer.typed


def stands(question: Question, view: ContributionView) -> bool:
    """Whether something was answered; of a table whether a row is filled."""
    if question.type == "table":
        return any(not row.is_empty for row in view.rows.get(question.key, []))
    return bool(view.answers.get(question.key, NOTHING).read.strip())


def plain_text(typed: list[str]) -> str:
    """What was typed, every line break as LF: a browser sends CR LF."""
    return (typed[-1] if typed else "").replace("\r\n", "\n").replace("\r", "\n")


def on_page(page: FormPage, found: Iterable[Placed]) -> list[Placed]:
    """The faults or conflicts of answers that stand on a page."""
    keys = {question.key for question in flat(page.questions)}
    return [each for each in found if each.path.partition("/")[0] in keys]


def first_to_mend(pages: list[FormPage], faults: Iterable[AnswerFault]) -> int | None:
    """The number of the first page with something to answer or to mend."""
    found = list(faults)
    return next((number for number, page in enumerate(pages, 1) if on_page(page, found)), None)


def conflict_words(conflicts: list[ConflictView]) -> str:
    """What a page's script says of answers that were changed in two places; nothing where there are none."""
    if not conflicts:
        return ""
    if all(conflict.by_one for conflict in conflicts):
        return "You have changed an answer on two pages at once. Press Save to see both."
    return "Somebody else has changed an answer on this page. Press Save to see both."


def placed(page: FormPage, refused: Iterable[Fault]) -> tuple[list[AnswerFault], list[str]]:
    """What a save refused: the faults of this page's answers with their places, and what is about all of it."""
    labels = {question.key: question.label.strip().rstrip(" :?*.") for question in flat(page.questions)}
    faults, general = [], []
    for fault in refused:
        place = labels.get(fault.path.partition("/")[0])
        if place is None:
            general.append(fault.message)
        else:
            faults.append(AnswerFault(path=fault.path, code=fault.code, message=fault.message, place=place))
    return faults, general
