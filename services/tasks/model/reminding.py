"""When whoever has a form is reminded, and who hears of it (requirements M10, F59). No I/O, no clock."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from chassis.working_days import in_england, on_working_day
from contracts.addresses import address_key
from contracts.authority import Authority
from contracts.base import Contact
from services.tasks.model.task import Task
from services.tasks.model.told import generic_inbox, whom_to_tell
from services.tasks.model.work_group import WorkGroup

_HOUR = time(9)


def reminded_at(due_on: date, step: int, closed_on: Collection[date] = ()) -> datetime:
    """At nine in the morning in England, on a working day: the next one where need be. The due date never moves."""
    return in_england(on_working_day(due_on + timedelta(days=step), closed_on), _HOUR)


class Ladder(NamedTuple):
    """The steps that count from one date of a form, and the days on which nobody is reminded."""

    due_on: date
    steps: Sequence[int]
    closed_on: Collection[date]
    reminds: bool
    """Whoever has it."""
    escalates: bool
    """To the managers of its work group, and to the council as overdue."""


def ladders(task: Task, authority: Authority) -> list[Ladder]:
    """By which dates anybody has to be told of a form; none where it is over, or has no date.

    Whoever has it is reminded of the date that they work to; what is late is so by the due date.
    """
    if task.request is None or not task.is_open or task.target_on is None:
        return []
    rules, closed_on, is_same = authority.reminders, authority.closed_on, task.target_on == task.due_on
    own = Ladder(task.target_on, rules.steps, closed_on, reminds=True, escalates=is_same)
    if task.due_on is None or is_same:
        return [own]
    late = [step for step in rules.steps if step > 0 or step >= rules.managers_from]
    return [own, Ladder(task.due_on, late, closed_on, reminds=False, escalates=True)]


def next_step(ladder: Ladder, after: datetime) -> tuple[int, datetime] | None:
    """The step that comes next, and when; of several at once the last one. None where there is no more."""
    steps = [(reminded_at(ladder.due_on, step, ladder.closed_on), step) for step in ladder.steps]
    to_come = [(at, step) for at, step in steps if at > after]
    if not to_come:
        return None
    first = min(at for at, _ in to_come)
    return max(step for at, step in to_come if at == first), first


def step_due(ladder: Ladder, at: datetime) -> int | None:
    """The step at which a reminder is due now: after an outage one is sent, not all that were missed."""
    passed = (step for step in ladder.steps if reminded_at(ladder.due_on, step, ladder.closed_on) <= at)
    return max(passed, default=None)


def inbox_beside(task: Task) -> list[Contact]:
    """The generic inbox of a person, who may not have registered; none where there is none, or a group has it."""
    return generic_inbox(task) if task.holder.kind == "person" else []


def whom_to_remind(task: Task, authority: Authority, *, is_registered: bool) -> list[Contact]:
    """As of a delegation; the generic inbox alone while the person has not registered (requirement F59)."""
    inbox = inbox_beside(task)
    if inbox and not is_registered:
        return inbox
    return whom_to_tell(task, authority)


def managers_to_tell(task: Task, group: WorkGroup | None, authority: Authority, step: int) -> list[Contact]:
    """The managers of the group that it was picked up from, or waits in, beside whoever has it."""
    if group is None or step < authority.reminders.managers_from:
        return []
    holder = address_key(task.holder.email or "")
    return [Contact(email=one.email) for one in group.members if one.is_manager and address_key(one.email) != holder]
