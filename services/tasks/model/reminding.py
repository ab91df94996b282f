"""When whoever has a form is reminded, and who hears of it (requirements M10, F59). No I/O, no clock."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from chassis.working_days import in_england, on_working_day
from contracts.addresses import address_key
from contracts.authority import Authority
from contracts.base import Contact
from services.tasks.model.task import Task
from services.tasks.model.told import whom_to_tell
from services.tasks.model.work_group import WorkGroup

_HOUR = time(9)


def reminded_at(due_on: date, step: int, closed_on: Collection[date] = ()) -> datetime:
    """At nine in the morning in England, on a working day: the next one where need be. The due date never moves."""
    return in_england(on_working_day(due_on + timedelta(days=step), closed_on), _HOUR)


def next_step(task: Task, authority: Authority, after: datetime) -> tuple[int, datetime] | None:
    """The step that comes next, and when; of several at once the last one. None where nobody has to be reminded."""
    if task.request is None or not task.is_open:
        return None
    steps = [(reminded_at(task.due_on, step, authority.closed_on), step) for step in authority.reminders.steps]
    to_come = [(at, step) for at, step in steps if at > after]
    if not to_come:
        return None
    first = min(at for at, _ in to_come)
    return max(step for at, step in to_come if at == first), first


def step_due(task: Task, authority: Authority, at: datetime) -> int | None:
    """The step at which a reminder is due now: after an outage one is sent, not all that were missed."""
    steps, closed_on = authority.reminders.steps, authority.closed_on
    return max((step for step in steps if reminded_at(task.due_on, step, closed_on) <= at), default=None)


def inbox_beside(task: Task) -> str | None:
    """The generic inbox of a person, who may not have registered; None where there is none, or a group has it."""
    return task.requested.notify_email if task.holder.kind == "person" else None


def whom_to_remind(task: Task, authority: Authority, *, is_registered: bool) -> list[Contact]:
    """As of a delegation; the generic inbox alone while the person has not registered (requirement F59)."""
    inbox = inbox_beside(task)
    if inbox and not is_registered:
        return [Contact(email=inbox)]
    return whom_to_tell(task, authority)


def managers_to_tell(task: Task, group: WorkGroup | None, authority: Authority, step: int) -> list[Contact]:
    """The managers of the group that it was picked up from, or waits in, beside whoever has it."""
    if group is None or step < authority.reminders.managers_from:
        return []
    holder = address_key(task.holder.email or "")
    return [Contact(email=one.email) for one in group.members if one.is_manager and address_key(one.email) != holder]
