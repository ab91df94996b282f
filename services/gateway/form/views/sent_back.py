"""What the council asks about a form that it has sent back, above its pages and at the answers it means (M32). Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from contracts.api.forms import ContributionView
from services.gateway.form.questions import flat
from services.gateway.form.views.fields import element_id
from services.gateway.kit.views.frame import SummaryLine
from services.gateway.kit.views.wording import moment


@dataclass(frozen=True)
class SentBack:
    """The council's words, and the answers that they are about."""

    sent_back_at: str
    comments: str
    answers: list[SummaryLine]


def sent_back_above(contribution: ContributionView, number: int) -> SentBack | None:
    """As a page to type into shows it: links only to what stands on it, so that nobody leaves what they typed."""
    return _sent_back(contribution, lambda at, place: place if at == number else "")


def sent_back_to_check(contribution: ContributionView, base: str) -> SentBack | None:
    """As a page to read shows it: links to all of them."""
    return _sent_back(contribution, lambda at, place: f"{base}/{at}{place}")


def _sent_back(contribution: ContributionView, address: Callable[[int, str], str]) -> SentBack | None:
    asked = contribution.council_questions
    if asked is None:
        return None
    answers = [
        SummaryLine(
            f"{question.label.strip().rstrip(' :?*.')} (page {number})", address(number, f"#{element_id(question.key)}")
        )
        for number, page in enumerate(contribution.pages, 1)
        for question in flat(page.questions)
        if question.key in asked.fields
    ]
    return SentBack(moment(asked.asked_at), asked.comments, answers)
