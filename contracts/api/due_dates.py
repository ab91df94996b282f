"""HTTP bodies of tasks about the dates that a form would get: what a council asks before it delegates (M9)."""

from datetime import date

from pydantic import ConfigDict

from contracts.api.tasks import DueView
from contracts.base import FrozenModel, Identifier, LeftOut, Value
from contracts.council import Day


class DueDatesQuery(FrozenModel):
    """What a request would say of its dates. Nothing else: a mistyped name must not be a wrong answer."""

    model_config = ConfigDict(extra="forbid")

    form: Identifier
    received_on: Day | None = None
    """Today, where it is not said."""
    due_on: Day | None = None
    internal_due_on: Day | None = None


class ForeseenReminder(Value):
    """A reminder of whoever would have the form; what `portal.reminder.sent.v1` would say of it."""

    on: date
    step: LeftOut[int] = None
    due_on: LeftOut[date] = None
    unbegun_since: LeftOut[date] = None
    """There where it is sent only if nobody has begun the form by then."""


class DueDatesView(Value):
    """The dates that a form would get if it were delegated now, and why."""

    form: str
    form_title: str
    due_on: date | None
    """None where there would be none."""
    internal_due_on: LeftOut[date] = None
    """The council's own sooner date; left out where there is none."""
    target_on: date | None
    """The one that whoever has it would work to."""
    due: DueView
    why: list[str] = []
    """The same in the words in which the form's page would say it; made by the gateway."""
    reminders: list[ForeseenReminder]
    """In the order of their days."""
