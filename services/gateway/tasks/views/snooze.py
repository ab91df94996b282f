"""Hide forms until a date, and what became of it (requirements M8, M25). Pure."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from contracts.api.snoozes import SelectedView, SnoozedView
from services.gateway.kit.views.frame import FormErrors
from services.gateway.kit.views.wording import day
from services.gateway.tasks.views.in_words import in_words
from services.gateway.tasks.views.typed_date import NOTHING, TypedDate

SHOWN_AGAIN = "What you selected is in your list again."


@dataclass(frozen=True)
class SnoozePage:
    """Which forms are to be hidden, and until when."""

    task_ids: list[str]
    lines: list[str]
    """The forms, each in words."""
    until: TypedDate = NOTHING
    """As it was typed."""
    errors: FormErrors = field(default_factory=FormErrors)


def snooze_page(
    selected: SelectedView, today: date, until: TypedDate = NOTHING, errors: FormErrors | None = None
) -> SnoozePage:
    """The page, with what was typed before."""
    return SnoozePage(
        task_ids=[task.task_id for task in selected.tasks],
        lines=[in_words(task, today) for task in selected.tasks],
        until=until,
        errors=errors or FormErrors(),
    )


@dataclass(frozen=True)
class SnoozedPage:
    """What became of them."""

    hidden: list[str]
    """How many until when."""
    left: list[str]
    """Why some stayed in the list, each reason with how many."""


def snoozed_page(view: SnoozedView) -> SnoozedPage:
    """In words; the earliest day first."""
    days = Counter(row.snoozed_until for row in view.snoozed if row.snoozed_until)
    due = {row.due_on for row in view.snoozed if row.due_on and row.due_on == row.snoozed_until}
    hidden = [f"{_forms(count)} hidden until {_back(until, due)}." for until, count in sorted(days.items())]
    reasons = Counter(one.detail for one in view.left)
    return SnoozedPage(hidden, [f"{_forms(count)} not hidden. {reason}" for reason, count in reasons.items()])


def _back(until: date, due: set[date]) -> str:
    return f"{day(until)}, when it is due" if until in due else day(until)


def _forms(number: int) -> str:
    return "1 form is" if number == 1 else f"{number} forms are"
