"""What becomes of a task while it is worked on: given to somebody else, reminded of, added to, submitted."""

from chassis import clock
from chassis.clock import day_of
from chassis.outbox import Outgoing, outgoing
from contracts.base import Contact
from contracts.portal import DelegationAssigned, DelegationOverdue, ReminderSent
from contracts.tasks import AddendumDiscarded, AddendumStarted, TaskAssigned, TaskCompleted, TaskReminded
from services.tasks.events.about import about, as_assignee
from services.tasks.model.facts import SubmissionFact
from services.tasks.model.reminding import Ladder, cause_of, counted
from services.tasks.model.task import Task
from services.tasks.model.told import whom_it_was_taken_from, whom_to_tell_of


def of_move(before: Task, after: Task) -> list[Outgoing]:
    """A new holder, for the council, for forms, and by email for whoever was given it."""
    move = after.moves[-1]
    assigned = DelegationAssigned(
        authority=after.authority,
        delegation_id=after.delegation_id,
        from_=as_assignee(before.holder),
        to=as_assignee(after.holder),
        by=move.by,
        at=move.moved_at,
        how=move.how,
    )
    heard = TaskAssigned(
        **about(after),
        access_version=after.access_version,
        person=after.holder,
        tell=whom_to_tell_of(move),
        due_on=after.due_on,
        form_title=after.requested.form_title,
        former=whom_it_was_taken_from(before, move),
        by=move.by_name or move.by,
        assigned_at=move.moved_at,
    )
    cause = (after.task_id, str(after.version))
    return [outgoing(assigned, *cause), outgoing(heard, *cause)]


def of_reminder(task: Task, ladder: Ladder, tell: list[Contact], managers: list[Contact]) -> list[Outgoing]:
    """Whoever has it is reminded, and the council knows of it; of what is late it knows by the due date."""
    reminder = task.reminders[-1]
    cause = cause_of(task, ladder, reminder.step)
    told_of = counted(ladder, reminder.step, task.target_on, day_of(reminder.sent_at))._asdict()
    reminded = TaskReminded(
        **about(task),
        **told_of,
        form_title=task.requested.form_title,
        person=task.holder,
        tell=tell,
        managers=managers,
        reminded_at=reminder.sent_at,
    )
    sent = ReminderSent(authority=task.authority, delegation_id=task.delegation_id, **told_of)
    told = [outgoing(reminded, *cause), *([outgoing(sent, *cause)] if ladder.reminds else [])]
    if not ladder.escalates or reminder.step <= 0:
        return told
    overdue = DelegationOverdue(
        authority=task.authority, delegation_id=task.delegation_id, step=reminder.step, due_on=ladder.counts_from
    )
    return [*told, outgoing(overdue, *cause)]


def of_addendum(task: Task) -> list[Outgoing]:
    """Begun, or discarded, to whoever keeps the form or its files; the council hears of what is submitted alone."""
    addendum = task.addenda[-1]
    ids = {"addendum_id": addendum.addendum_id, "contribution_id": addendum.contribution_id}
    version = task.access_version
    if addendum.discarded_at is not None:
        at = addendum.discarded_at
        discarded = AddendumDiscarded(**about(task), **ids, access_version=version, discarded_at=at)
        return [outgoing(discarded, addendum.addendum_id)]
    started_at, reason = addendum.started_at, addendum.reason
    begun = AddendumStarted(**about(task), **ids, access_version=version, reason=reason, started_at=started_at)
    return [outgoing(begun, addendum.addendum_id)]


def of_submission(task: Task, submission: SubmissionFact) -> list[Outgoing]:
    """Completed, with the receipt for whoever submitted."""
    completed = TaskCompleted(
        **about(task),
        contribution_id=submission.contribution_id,
        form_title=task.request.form_title if task.request else "",
        receipt=submission.receipt,
        attached=submission.attached,
        tell=[submission.by],
        completed_at=clock.now(),
    )
    return [outgoing(completed, submission.contribution_id)]
