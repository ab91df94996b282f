"""Declining a form, and asking for more time (requirements M5, regulation 8(2) of SI 2014/1530). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from contracts.api.tasks import TaskView
from services.gateway.kit.views.frame import FormErrors
from services.gateway.kit.views.wording import due_day
from services.gateway.tasks.views.typed_date import NO_DATE, NOTHING, TypedDate

Told = Literal["declined", "more-time"]
TOLD: Mapping[str, str] = {
    "declined": "The council has been told that you decline the form. It decides, and you hear of it by email.",
    "more-time": "The council has been asked for more time. It decides, and you hear of it by email.",
}
"""What the task list says once the council was told, by what the address says of it."""


@dataclass(frozen=True)
class TypedAsk:
    """What was typed into either page."""

    reason: str = ""
    explanation: str = ""
    recipient: str = ""
    until: TypedDate = NOTHING
    appointment: TypedDate = NOTHING


@dataclass(frozen=True)
class AskPage:
    """Decline this form, or ask for more time."""

    task_id: str
    form: str
    name: str
    due: str
    """Empty where there is no date."""
    council: str
    reasons: Mapping[str, str]
    typed: TypedAsk = TypedAsk()
    errors: FormErrors = field(default_factory=FormErrors)


def ask_page(  # noqa: PLR0917 - a task, what can be said of it, and what was
    task: TaskView,
    council: str,
    today: date,
    reasons: Mapping[str, str],
    typed: TypedAsk = TypedAsk(),
    errors: FormErrors | None = None,
) -> AskPage:
    """The page, with what was typed before."""
    return AskPage(
        task_id=task.task_id,
        form=task.form_title,
        name=task.subject.name,
        due=due_day(task.due_on, today),
        council=council,
        reasons=reasons,
        typed=typed,
        errors=errors or FormErrors(),
    )


def unreadable(typed: TypedAsk, reasons: Mapping[str, str], *, asks_until: bool) -> dict[str, str]:
    """What cannot be sent to tasks as it is, by field."""
    faults = {}
    if typed.reason not in reasons:
        faults["reason"] = "Select a reason."
    if not typed.appointment.is_empty and typed.appointment.value is None:
        faults["appointment"] = NO_DATE
    if asks_until and typed.until.value is None:
        faults["until"] = NO_DATE
    return faults
