"""When whoever has a form is reminded, and who hears of it (requirements M10, F59). No I/O, no clock."""

from datetime import UTC, date, datetime, time, timedelta

from chassis.clock import LONDON
from contracts.addresses import address_key
from contracts.authority import Authority
from contracts.base import Contact
from services.tasks.model.task import Task
from services.tasks.model.told import whom_to_tell
from services.tasks.model.work_group import WorkGroup

_HOUR = time(9)
_SATURDAY = 5


def reminded_at(due_on: date, step: int) -> datetime:
    """At nine in the morning in England, on Monday for what falls on a weekend; the due date itself never moves."""
    day = due_on + timedelta(days=step)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return datetime.combine(day, _HOUR, LONDON).astimezone(UTC)


def next_step(task: Task, authority: Authority, after: datetime) -> tuple[int, datetime] | None:
    """The step that comes next, and when; of several at once the last one. None where nobody has to be reminded."""
    if task.request is None or not task.is_open:
        return None
    steps = [(reminded_at(task.due_on, step), step) for step in authority.reminders.steps]
    to_come = [(at, step) for at, step in steps if at > after]
    if not to_come:
        return None
    first = min(at for at, _ in to_come)
    return max(step for at, step in to_come if at == first), first


def step_due(task: Task, authority: Authority, at: datetime) -> int | None:
    """The step at which a reminder is due now: after an outage one is sent, not all that were missed."""
    return max((step for step in authority.reminders.steps if reminded_at(task.due_on, step) <= at), default=None)


def whom_to_remind(task: Task, authority: Authority, *, is_registered: bool) -> list[Contact]:
    """As of a delegation; the generic inbox alone while the person has not registered (requirement F59)."""
    inbox = task.requested.notify_email
    if inbox and task.holder.kind == "person" and not is_registered:
        return [Contact(email=inbox)]
    return whom_to_tell(task, authority)


def managers_to_tell(task: Task, group: WorkGroup | None, authority: Authority, step: int) -> list[Contact]:
    """The managers of the group that it was picked up from, or waits in, beside whoever has it."""
    if group is None or step < authority.reminders.managers_from:
        return []
    holder = address_key(task.holder.email or "")
    return [Contact(email=one.email) for one in group.members if one.is_manager and address_key(one.email) != holder]
