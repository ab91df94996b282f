"""Why a form is due when it is: received, the period that counts from there, what the council has said. Pure.

The period of a body that is asked for statutory advice is six weeks from receipt (SI 2014/1530, regulation 8(1)), in
calendar days: no weekend and no holiday moves it. What else a council asks for stands beside it.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

from chassis.clock import LONDON
from contracts.api.tasks import DueDateView, DueReason, DueView
from services.tasks.model.facts import Amendment, Ask, Request, Return


class DueDate(NamedTuple):
    """A date by which a form was to be completed: when it was said, and why. Only a request may be without one."""

    said_at: datetime
    due_on: date | None
    why: DueReason
    reason_code: str = ""
    """The exception for which more time was given."""


def due_dates(
    request: Request, amendments: Sequence[Amendment], returns: Sequence[Return], asks: Sequence[Ask]
) -> list[DueDate]:
    """Every due date that a form has had: the request's, then by their times. The last one counts."""
    latest_first = sorted(_said(amendments, returns, asks), key=attrgetter("said_at"), reverse=True)
    return [DueDate(request.requested_at, request.due_on, "request"), *reversed(latest_first)]


def due_view(request: Request, dates: Sequence[DueDate]) -> DueView:
    """The dates as a page tells them; what is due by the form's own period was asked for by nobody."""
    period = request.received_on + timedelta(days=request.period_days) if request.period_days is not None else None
    shown = [DueDateView(due_on=period, why="period")] if period else []
    if request.due_on and request.due_on != period:
        shown.append(DueDateView(due_on=request.due_on, why="request"))
    for said_at, due_on, why, reason_code in dates[1:]:
        if due_on:
            said_on = said_at.astimezone(LONDON).date()
            shown.append(DueDateView(due_on=due_on, why=why, said_on=said_on, reason_code=reason_code))
    return DueView(received_on=request.received_on, period_days=request.period_days, dates=shown)


def _said(amendments: Sequence[Amendment], returns: Sequence[Return], asks: Sequence[Ask]) -> Iterator[DueDate]:
    for amendment in amendments:
        if amendment.due_on:
            yield DueDate(amendment.amended_at, amendment.due_on, "amended")
    for each in returns:
        if each.due_on:
            yield DueDate(each.returned_at, each.due_on, "returned")
    for ask in asks:
        said_at, due_on = ask.new_date
        if due_on:
            yield DueDate(said_at, due_on, "decided", ask.reason_code if ask.gave_time else "")
