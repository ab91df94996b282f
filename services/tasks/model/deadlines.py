"""Why a form is due when it is: received, the period that counts from there, what the council has said. Pure.

The period of a body that is asked for statutory advice is six weeks from receipt (SI 2014/1530, regulation 8(1)), in
calendar days: no weekend and no holiday moves it. What else a council asks for stands beside it. A sooner date of the
council's own, the internal one, is kept apart and moves no due date (requirements part 4, "Deadline arithmetic").
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Literal, NamedTuple

from chassis.clock import day_of
from chassis.errors import Refused
from contracts.api.tasks import DueDateView, DueReason, DueView
from contracts.authority import WorksTo
from services.tasks.model.facts import Amendment, Ask, RequestedDates, Return


class DueDate(NamedTuple):
    """The dates of a form from a moment on: when something was said of them, and why. There may be none yet."""

    said_at: datetime
    due_on: date | None
    why: DueReason | Literal["internal"]
    reason_code: str = ""
    """The exception for which more time was given."""
    internal_due_on: date | None = None

    def target_on(self, works_to: WorksTo) -> date | None:
        """The date that its holder works to; where there is one alone, that one."""
        if self.internal_due_on and (works_to == "internal_date" or self.due_on is None):
            return self.internal_due_on
        return self.due_on


def due_dates(
    request: RequestedDates, amendments: Sequence[Amendment], returns: Sequence[Return], asks: Sequence[Ask]
) -> list[DueDate]:
    """Everything that a form's dates have been: the request's, then by their times. The last one counts."""
    blank = DueDate(request.requested_at, None, "request")
    dates = [_after(blank, blank._replace(due_on=request.due_on, internal_due_on=request.internal_due_on))]
    latest_first = sorted(_said(amendments, returns, asks), key=attrgetter("said_at"), reverse=True)
    for said in reversed(latest_first):
        dates.append(_after(dates[-1], said))
    return dates


def check_internal_date(internal_due_on: date | None, due_on: date | None) -> None:
    """A council asks for nothing later than it is due: Refused at its field."""
    if internal_due_on and due_on and internal_due_on > due_on:
        raise Refused(
            "internal_date_after_due_date",
            f"The internal date must not be after the due date, {due_on.isoformat()}.",
            field="/internal_due_on",
        )


def due_at(dates: Sequence[DueDate], at: datetime) -> date | None:
    """The due date at that time."""
    return next((each.due_on for each in reversed(dates) if each.said_at <= at), dates[0].due_on)


def due_view(request: RequestedDates, dates: Sequence[DueDate]) -> DueView:
    """The dates as a page tells them; what is due by the form's own period was asked for by nobody."""
    period = request.received_on + timedelta(days=request.period_days) if request.period_days is not None else None
    shown = [DueDateView(due_on=period, why="period")] if period else []
    if request.due_on and request.due_on != period:
        shown.append(DueDateView(due_on=request.due_on, why="request"))
    for each in dates[1:]:
        if each.due_on and each.why != "internal":
            said_on = day_of(each.said_at)
            shown.append(DueDateView(due_on=each.due_on, why=each.why, said_on=said_on, reason_code=each.reason_code))
    return DueView(
        received_on=request.received_on,
        period_days=request.period_days,
        dates=shown,
        internal_due_on=dates[-1].internal_due_on,
    )


def _after(before: DueDate, said: DueDate) -> DueDate:
    """What is not said stays as it was; an internal date that is not sooner than the due date says nothing.

    A return or an answer that names a day ends the internal date, which was said of the day before.
    """
    due_on = said.due_on or before.due_on
    kept = None if said.why in {"returned", "decided"} else before.internal_due_on
    internal = said.internal_due_on or kept
    is_sooner = internal is not None and (due_on is None or internal < due_on)
    return said._replace(due_on=due_on, internal_due_on=internal if is_sooner else None)


def _said(amendments: Sequence[Amendment], returns: Sequence[Return], asks: Sequence[Ask]) -> Iterator[DueDate]:
    for amendment in amendments:
        if amendment.due_on or amendment.internal_due_on:
            why: DueReason | Literal["internal"] = "amended" if amendment.due_on else "internal"
            internal = amendment.internal_due_on
            yield DueDate(amendment.amended_at, amendment.due_on, why, internal_due_on=internal)
    for each in returns:
        if each.due_on:
            yield DueDate(each.returned_at, each.due_on, "returned")
    for ask in asks:
        said_at, due_on = ask.new_date
        if due_on:
            yield DueDate(said_at, due_on, "decided", ask.reason_code if ask.gave_time else "")
