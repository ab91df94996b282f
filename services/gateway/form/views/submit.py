"""What the pages at the end of a form show (requirements F113-F119). Pure."""

from dataclasses import dataclass

from services.gateway.form.views.adding import Adding
from services.gateway.form.views.check import CheckPage
from services.gateway.kit.views.banner import TaskBanner


@dataclass(frozen=True)
class SubmitPage:
    """The question: submit this contribution, yes or no."""

    banner: TaskBanner
    task_id: str
    form_title: str
    council: str
    attached: str
    left_out: str
    """The titles of the parts that are not asked for any more."""
    last: int
    adding: Adding | None


@dataclass(frozen=True)
class SubmittedPage:
    """Contribution submitted."""

    banner: TaskBanner
    task_id: str
    form_title: str
    reference: str
    council: str
    submitted_at: str
    contribution_id: str
    receipt: str
    attached: str
    left_out: str
    """The titles of the parts that were not asked for any more."""
    days: int
    late: bool
    add_until: str
    """Until when its author may add to it; empty for anybody else."""
    adding: Adding | None
    """What they have begun to add, and not submitted."""


@dataclass(frozen=True)
class WithdrawnPage:
    """A form that the council has withdrawn."""

    banner: TaskBanner
    task_id: str
    council: str
    days: int


@dataclass(frozen=True)
class DeclinedPage:
    """A form that its holder has declined."""

    banner: TaskBanner
    task_id: str
    words: str
    explanation: str


@dataclass(frozen=True)
class PrintPage:
    """The whole form to print."""

    check: CheckPage
    back: str
