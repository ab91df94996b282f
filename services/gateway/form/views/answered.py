"""Questions with their answers in words, wherever they are read. Pure."""

from dataclasses import dataclass, field

from contracts.api.forms import ContributionView, FormPage, Question
from services.gateway.form.questions import NOTHING, flat, stands


@dataclass(frozen=True)
class AnsweredQuestion:
    """One question and its answer in words; a table has rows."""

    kind: str
    label: str
    words: str
    href: str
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


def answered(question: Question, contribution: ContributionView, href: str = "") -> AnsweredQuestion:
    """A question as it is read; a row in which nothing stands is not there."""
    rows = [
        [
            contribution.answers.get(f"{question.key}/{row.row_id}/{column.key}", NOTHING).read
            for column in question.columns
        ]
        for row in contribution.rows.get(question.key, [])
        if not row.is_empty
    ]
    words = contribution.answers.get(question.key, NOTHING).read
    return AnsweredQuestion(
        question.type, question.label, words, href, [column.label for column in question.columns], rows
    )


def not_sent(page: FormPage, contribution: ContributionView) -> list[AnsweredQuestion]:
    """What was typed on a page that the council does not ask for any more; nothing of a page that it asks for."""
    if page.key not in contribution.left_out:
        return []
    return [answered(each, contribution) for each in flat(page.questions) if stands(each, contribution)]


def left_out_words(contribution: ContributionView) -> str:
    """The titles of the pages that the council does not ask for any more; nothing where there are none."""
    return ", ".join(page.title for page in contribution.pages if page.key in contribution.left_out)
