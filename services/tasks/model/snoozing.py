"""Until when a holder's list may be without a form (requirements M8, M25). No I/O, no clock."""

from datetime import date, timedelta

from chassis.errors import Conflict, Refused
from contracts.base import Fault
from services.tasks.model.record import LISTED_STATES
from services.tasks.model.refusals import unknown_task
from services.tasks.model.task import Task

LONGEST = timedelta(days=366)


def check_until(until: date, today: date) -> None:
    """A day to come, within a year; Refused at its field."""
    if today < until <= today + LONGEST:
        return
    where = "tomorrow or later" if until <= today else "within a year"
    fault = Fault(path="until", code="out_of_range", message=f"The date must be {where}.")
    raise Refused("invalid_snooze", "There is a problem with what was entered.", faults=(fault,))


def snoozed(task: Task, email: str, until: date, today: date) -> Task:
    """Hidden until then, and until the date that its holder works to at most; Conflict where that has come already."""
    if not task.is_held_by(email):
        raise unknown_task()
    if task.state not in LISTED_STATES:
        raise Conflict("not_open", "It is no longer waiting to be filled in.")
    if task.target_on is not None and task.target_on <= today:
        raise Conflict("due", "It is due today or late, so it stays in your list.")
    return task.with_snooze(min(until, task.target_on or until))


def shown_again(task: Task, email: str) -> Task:
    """In its holder's list from now on; of somebody else's nothing changes."""
    return task.with_snooze(None) if task.is_held_by(email) else task
