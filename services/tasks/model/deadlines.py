"""Why a form is due when it is: received, the period that counts from there, what the council has said. Pure.

The period of a body that is asked for statutory advice is six weeks from receipt (SI 2014/1530, regulation 8(1)), in
calendar days: no weekend and no holiday moves it. What else a council asks for stands beside it.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from chassis.clock import LONDON
from contracts.api.tasks import DueDateView, DueView
from services.tasks.model.task import Task


def due_view(task: Task) -> DueView:
    """Every date that it has had, in the order in which they were said."""
    request = task.requested
    period = request.received_on + timedelta(days=request.period_days) if request.period_days is not None else None
    first = [DueDateView(due_on=period, why="period")] if period else []
    if request.due_on != period:
        first.append(DueDateView(due_on=request.due_on, why="request"))
    later = [view for _, view in sorted(_said(task), key=lambda said: said[0])]
    return DueView(received_on=request.received_on, period_days=request.period_days, dates=[*first, *later])


def _said(task: Task) -> Iterator[tuple[datetime, DueDateView]]:
    for amendment in task.amendments:
        if amendment.due_on:
            at = amendment.amended_at
            yield at, DueDateView(due_on=amendment.due_on, why="amended", said_on=_day(at))
    for each in task.returns:
        if each.due_on:
            yield each.returned_at, DueDateView(due_on=each.due_on, why="returned", said_on=_day(each.returned_at))
    for ask in task.asks:
        at, due_on = ask.new_date
        if due_on:
            is_given = ask.asked == "extension" and ask.answer is not None and ask.answer.decision == "accepted"
            reason = ask.reason_code if is_given else ""
            yield at, DueDateView(due_on=due_on, why="decided", said_on=_day(at), reason_code=reason)


def _day(at: datetime) -> date:
    return at.astimezone(LONDON).date()
