"""When whoever has a form is reminded, and who hears of it (requirements M10, F59). No I/O, no clock."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from chassis.clock import day_of
from chassis.working_days import in_england, on_working_day
from contracts.addresses import address_key
from contracts.authority import Authority
from contracts.base import Contact
from services.tasks.model.facts import Reminder
from services.tasks.model.record import OPEN_STATES
from services.tasks.model.task import Task
from services.tasks.model.told import generic_inbox, whom_to_tell
from services.tasks.model.work_group import WorkGroup

_HOUR = time(9)
_REMINDED_STATES = (*OPEN_STATES, "in_group")


def reminded_at(due_on: date, step: int, closed_on: Collection[date] = ()) -> datetime:
    """At nine in the morning in England, on a working day: the next one where need be. The due date never moves."""
    return in_england(on_working_day(due_on + timedelta(days=step), closed_on), _HOUR)


class Ladder(NamedTuple):
    """The steps that count from one day of a form, and the days on which nobody is reminded."""

    counts_from: date
    """A date by which it is asked for, or the day on which its holder was given it."""
    steps: Sequence[int]
    closed_on: Collection[date]
    reminds: bool
    """Whoever has it."""
    escalates: bool
    """To the managers of its work group, and to the council as overdue."""
    is_unbegun: bool = False
    """It is there because nobody has begun the form, and counts from the day on which its holder was given it."""

    def reminder(self, step: int, at: datetime) -> Reminder:
        """What is kept of a step that is told."""
        if self.is_unbegun:
            return Reminder(step=step, given_on=self.counts_from, sent_at=at)
        return Reminder(step=step, due_on=self.counts_from, sent_at=at)


def ladders(task: Task, authority: Authority) -> list[Ladder]:
    """By which days anybody has to be told of a form; none where it is over."""
    if task.request is None or not task.is_open:
        return []
    return ladders_of(task.target_on, task.due_on, unbegun_since(task), authority.reminding_of(task.request.form))


def ladders_of(
    target_on: date | None, due_on: date | None, given_on: date | None, authority: Authority
) -> list[Ladder]:
    """The same of a form with these dates; `given_on` where nobody has begun it.

    Whoever has it is reminded of the date that they work to, and of what they have not begun on other mornings alone.
    """
    by_date = _by_date(target_on, due_on, authority) if target_on else []
    if given_on is None:
        return by_date
    closed_on = authority.closed_on
    told = {reminded_at(one.counts_from, step, closed_on) for one in by_date if one.reminds for step in one.steps}
    days = [step for step in authority.reminders.unbegun_days if reminded_at(given_on, step, closed_on) not in told]
    return [*by_date, Ladder(given_on, days, closed_on, reminds=True, escalates=False, is_unbegun=True)]


def _by_date(target_on: date, due_on: date | None, authority: Authority) -> list[Ladder]:
    """What is late is so by the due date."""
    rules, closed_on, is_same = authority.reminders, authority.closed_on, target_on == due_on
    own = Ladder(target_on, rules.steps, closed_on, reminds=True, escalates=is_same)
    if due_on is None or is_same:
        return [own]
    late = [step for step in rules.steps if step > 0 or step >= rules.managers_from]
    return [own, Ladder(due_on, late, closed_on, reminds=False, escalates=True)]


def unbegun_since(task: Task) -> date | None:
    """The day on which its holder was given a form that nobody has begun; None where somebody has.

    The council gives back what was declined. What it has sent back was begun, and another address is no other holder.
    """
    if task.started_at is not None or task.returns:
        return None
    moved = (move.moved_at for move in task.moves if move.how != "readdressed")
    given_back = (ask.answer.decided_at for ask in task.asks if ask.asked == "decline" and ask.answer is not None)
    return day_of(max([task.requested.requested_at, *moved, *given_back]))


def is_reminded(task: Task, ladder: Ladder, today: date) -> bool:
    """What is declined waits for the council; whoever has hidden a form until a day knows that it is not begun."""
    is_hidden = task.snoozed_until is not None and task.snoozed_until > today
    return task.state in _REMINDED_STATES and not (ladder.is_unbegun and is_hidden)


def cause_of(task: Task, ladder: Ladder, step: int) -> tuple[str, ...]:
    """What a step follows from: the same one is planned once, and told once."""
    of_what = ["unbegun"] if ladder.is_unbegun else []
    return (task.task_id, ladder.counts_from.isoformat(), str(step), str(len(task.returns)), *of_what)


class Counted(NamedTuple):
    """A reminder as others are told of it: how many days from which date, or None; since when nobody has begun it."""

    step: int | None
    due_on: date | None
    unbegun_since: date | None


def counted(ladder: Ladder, step: int, target_on: date | None, on: date) -> Counted:
    """By the step's own date; where nobody has begun it, how far that day is from the date that its holder works to."""
    if not ladder.is_unbegun:
        return Counted(step, ladder.counts_from, None)
    return Counted((on - target_on).days if target_on else None, target_on, ladder.counts_from)


def next_step(ladder: Ladder, after: datetime) -> tuple[int, datetime] | None:
    """The step that comes next, and when; of several at once the last one. None where there is no more."""
    steps = [(reminded_at(ladder.counts_from, step, ladder.closed_on), step) for step in ladder.steps]
    to_come = [(at, step) for at, step in steps if at > after]
    if not to_come:
        return None
    first = min(at for at, _ in to_come)
    return max(step for at, step in to_come if at == first), first


def steps_to_come(ladder: Ladder, after: datetime) -> Iterator[tuple[int, datetime]]:
    """Each step that follows from the one before, and when."""
    while (following := next_step(ladder, after)) is not None:
        yield following
        _, after = following


def step_due(ladder: Ladder, at: datetime) -> int | None:
    """The step at which a reminder is due now: after an outage one is sent, not all that were missed."""
    passed = (step for step in ladder.steps if reminded_at(ladder.counts_from, step, ladder.closed_on) <= at)
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
