"""Adding to what was submitted, or correcting it (requirements F156, M32). Pure."""

from dataclasses import dataclass, field
from datetime import timedelta

from contracts.api.forms import ContributionView
from contracts.api.tasks import TaskView
from contracts.authority import Authority
from services.gateway.kit.views.frame import FormErrors
from services.gateway.kit.views.wording import moment


@dataclass(frozen=True)
class Adding:
    """What stands above a form that its author adds to."""

    words: str
    reason: str
    is_over: bool
    """It goes on as what the council has sent back."""


@dataclass(frozen=True)
class AddPage:
    """Add or correct something: why."""

    task_id: str
    form: str
    name: str
    council: str
    until: str
    has_begun: bool = False
    """For another reason."""
    reason: str = ""
    errors: FormErrors = field(default_factory=FormErrors)


@dataclass(frozen=True)
class DiscardPage:
    """The question: discard what was begun, yes or no."""

    task_id: str
    form: str
    name: str
    council: str


def adding(task: TaskView, contribution: ContributionView, council: str) -> Adding | None:
    """What its author adds, and what the council has meanwhile; nothing where nobody does."""
    if task.addendum is None or contribution.state != "draft":
        return None
    if task.addendum.is_over:
        words = "You had begun to add to this form or to correct it. What you typed then is still in it."
        return Adding(words, task.addendum.reason, is_over=True)
    if contribution.submitted_at is None:
        return None
    at = moment(contribution.submitted_at)
    words = f"You are adding to what you submitted on {at}. {council} keeps that until you submit again."
    return Adding(words, task.addendum.reason, is_over=False)


def add_until(contribution: ContributionView, authority: Authority) -> str:
    """Until when something can be added."""
    if contribution.submitted_at is None:
        return ""
    return moment(contribution.submitted_at + timedelta(days=authority.submitted_days))
