"""Declining a form or parts of it, asking for more time (requirements M5, regulation 8(2) of SI 2014/1530). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from contracts.api.forms import ContributionView
from contracts.api.tasks import TaskView
from contracts.submission import FormSection
from services.gateway.kit.views.frame import FormErrors
from services.gateway.kit.views.wording import due_day
from services.gateway.tasks.views.typed_date import NO_DATE, NOTHING, TypedDate

Told = Literal["declined", "parts-declined", "more-time"]
TOLD: Mapping[str, str] = {
    "declined": "The council has been told that you decline the form. It decides, and you hear of it by email.",
    "parts-declined": "The council has been told which parts you decline. It decides, and you hear of it by email. "
    "The form is still with you: go on with the other parts.",
    "more-time": "The council has been asked for more time. It decides, and you hear of it by email.",
}
"""What the task list says once the council was told, by what the address says of it."""


@dataclass(frozen=True)
class TypedAsk:
    """What was typed into either page."""

    what: str = ""
    """`whole` or `parts`."""
    parts: tuple[str, ...] = ()
    """The keys of those that were selected."""
    reason: str = ""
    explanation: str = ""
    recipient: str = ""
    until: TypedDate = NOTHING
    appointment: TypedDate = NOTHING
    closed: TypedDate = NOTHING
    reopens: TypedDate = NOTHING


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
    parts: Sequence[FormSection] = ()
    """What may be declined while the rest is answered; where there is nothing of it the form is declined whole."""
    waits: bool = False
    """Something else was asked of the council, and not answered yet: what is asked now takes its place."""


def ask_page(  # noqa: PLR0917 - a task, what can be said of it, and what was
    task: TaskView,
    council: str,
    today: date,
    reasons: Mapping[str, str],
    typed: TypedAsk = TypedAsk(),
    errors: FormErrors | None = None,
    parts: Sequence[FormSection] = (),
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
        parts=parts,
        waits=task.ask is not None and task.ask.decision is None,
    )


def parts_of(contribution: ContributionView) -> list[FormSection]:
    """The parts of a form that may be declined while others are answered; none where there is one alone."""
    parts = [
        FormSection(key=page.key, title=page.title)
        for page in contribution.pages
        if page.key in contribution.declinable
    ]
    return parts if len(parts) > 1 else []


def unselected(typed: TypedAsk, parts: Sequence[FormSection]) -> dict[str, str]:
    """What is not clear of which parts are declined, by field: nobody declines more than they mean to."""
    if typed.what == "whole":
        return {"what": "Select the whole form or parts of it, not both."} if typed.parts else {}
    if typed.what != "parts":
        return {"what": "Select the whole form or parts of it."}
    selected = [part for part in parts if part.key in typed.parts]
    if not selected:
        return {"sections": "Select the parts that you decline."}
    return {"sections": "These are all parts: select the whole form."} if len(selected) == len(parts) else {}


def unreadable(typed: TypedAsk, reasons: Mapping[str, str], *, asks_until: bool) -> dict[str, str]:
    """What cannot be sent to tasks as it is, by field."""
    faults = {}
    if typed.reason not in reasons:
        faults["reason"] = "Select a reason."
    beside = {"appointment": typed.appointment, "closed": typed.closed, "reopens": typed.reopens}
    faults |= {name: NO_DATE for name, each in beside.items() if not each.is_empty and each.value is None}
    if asks_until and typed.until.value is None:
        faults["until"] = NO_DATE
    return faults
