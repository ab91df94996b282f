"""What tasks tells the other services and the council, from the task as it is after a change. Pure."""

from datetime import date, datetime
from typing import TypedDict, cast

from chassis import clock
from chassis.errors import Refused
from chassis.outbox import Outgoing, outgoing
from contracts.authority import Authority
from contracts.base import Contact
from contracts.council import Assignee, PersonAssignee, WorkGroupAssignee
from contracts.portal import (
    DeclineReason,
    DelegationAccepted,
    DelegationAssigned,
    DelegationDeclined,
    DelegationErased,
    DelegationOverdue,
    ErasureAnnounced,
    ExtensionReason,
    ExtensionRequested,
    MessageRejected,
    ReminderSent,
    SectionsDeclined,
)
from contracts.tasks import (
    AddendumDiscarded,
    AddendumStarted,
    CouncilQuestions,
    Holder,
    TaskAmended,
    TaskAssigned,
    TaskCompleted,
    TaskDecided,
    TaskDeclined,
    TaskErased,
    TaskOpened,
    TaskReminded,
    TaskRetracted,
    TaskReturned,
)
from services.tasks.model.adding import interrupted
from services.tasks.model.facts import Ask, SubmissionFact
from services.tasks.model.reminding import Ladder
from services.tasks.model.task import Task
from services.tasks.model.told import whom_it_was_taken_from, whom_to_tell, whom_to_tell_of


class _About(TypedDict):
    """What every event of a task says of it."""

    task_id: str
    authority: str
    delegation_id: str
    reference: str
    task_version: int
    target_on: date | None


def _about(task: Task) -> _About:
    return {
        "task_id": task.task_id,
        "authority": task.authority,
        "delegation_id": task.delegation_id,
        "reference": task.reference,
        "task_version": task.version,
        "target_on": _target_on(task),
    }


def _target_on(task: Task) -> date | None:
    """Where it is another date than the due date."""
    if task.request is None or task.target_on == task.due_on:
        return None
    return task.target_on


def as_assignee(holder: Holder) -> Assignee:
    """A holder in the council's words."""
    if holder.kind == "person":
        return PersonAssignee(kind="person", email=holder.email or "")
    return WorkGroupAssignee(kind="work_group", work_group_id=holder.work_group_id or "")


def of_request(task: Task, authority: Authority, absence: str | None = None) -> list[Outgoing]:
    """Accepted for the council; opened for the others, unless it was retracted before it came.

    `absence` is what whoever was named says while they are away.
    """
    accepted = outgoing(
        DelegationAccepted(
            authority=task.authority,
            delegation_id=task.delegation_id,
            task_id=task.task_id,
            reference=task.reference,
            assigned_to=task.requested.assignee,
            due_on=task.due_on,
            internal_due_on=task.internal_due_on,
            absence=absence,
        ),
        task.task_id,
    )
    if task.retraction is not None:
        return [accepted]
    request = task.requested
    opened = TaskOpened(
        **_about(task),
        access_version=task.access_version,
        form=request.form,
        form_version=request.form_version,
        form_owner=request.form_owner,
        form_title=request.form_title,
        subject=request.subject,
        sender=task.sender,
        person=task.holder,
        tell=whom_to_tell(task, authority),
        received_on=request.received_on,
        due_on=task.due_on,
        comments=task.comments,
        prefill=task.prefill,
        opened_at=request.requested_at,
    )
    return [accepted, *_re_routed(task), outgoing(opened, task.task_id)]


def _re_routed(task: Task) -> list[Outgoing]:
    """For the council: who has it in the place of whoever it named."""
    if not task.moves or task.moves[0].how != "re_routed":
        return []
    assigned = DelegationAssigned(
        authority=task.authority,
        delegation_id=task.delegation_id,
        from_=task.requested.assignee,
        to=as_assignee(task.holder),
        by=task.moves[0].by,
        at=task.moves[0].moved_at,
        how="re_routed",
    )
    return [outgoing(assigned, task.task_id, "re_routed")]


def of_amendment(task: Task, message_id: str, authority: Authority) -> list[Outgoing]:
    """The whole of what may change; nothing while the request is still missing or when the work is over."""
    if task.request is None or not task.is_open:
        return []
    amended = TaskAmended(
        **_about(task),
        sender=task.sender,
        due_on=task.due_on,
        form_title=task.requested.form_title,
        person=task.holder,
        comments=task.comments,
        prefill=task.prefill,
        tell=whom_to_tell(task, authority),
        amended_at=next(change.amended_at for change in task.amendments if change.message_id == message_id),
    )
    return [outgoing(amended, task.task_id, message_id)]


def of_refused_amendment(task: Task, message_id: str, refused: Refused) -> Outgoing:
    """An amendment that overtook its request and then did not fit."""
    rejected = MessageRejected(
        authority=task.authority,
        delegation_id=task.delegation_id,
        message_id=message_id,
        type="council.delegation.amended.v1",
        code=refused.code,
        reason=refused.detail,
        field=refused.field,
    )
    return outgoing(rejected, task.authority, message_id)


def of_retraction(task: Task, authority: Authority) -> list[Outgoing]:
    """Retracted, to whoever had heard that it was opened."""
    if task.request is None or task.retraction is None:
        return []
    retracted = TaskRetracted(
        **_about(task),
        access_version=task.access_version,
        form_title=task.requested.form_title,
        due_on=task.due_on,
        tell=whom_to_tell(task, authority),
        retracted_at=task.retraction.retracted_at,
    )
    return [outgoing(retracted, task.task_id)]


def of_return(task: Task, authority: Authority) -> list[Outgoing]:
    """Sent back, to whoever keeps the form or its files, and by email to whoever has it."""
    returned, ended = task.returns[-1], interrupted(task)
    event = TaskReturned(
        **_about(task),
        access_version=task.access_version,
        contribution_id=returned.submission.contribution_id,
        questions=CouncilQuestions(comments=returned.comments, fields=returned.fields, asked_at=returned.returned_at),
        form_title=task.requested.form_title,
        sender=task.sender,
        due_on=task.due_on,
        comments=task.comments,
        prefill=task.prefill,
        person=task.holder,
        tell=whom_to_tell(task, authority),
        addendum_id=ended.addendum_id if ended else None,
    )
    return [outgoing(event, returned.submission.contribution_id)]


def of_addendum(task: Task) -> list[Outgoing]:
    """Begun, or discarded, to whoever keeps the form or its files; the council hears of what is submitted alone."""
    addendum = task.addenda[-1]
    about = {"addendum_id": addendum.addendum_id, "contribution_id": addendum.contribution_id}
    version = task.access_version
    if addendum.discarded_at is not None:
        at = addendum.discarded_at
        discarded = AddendumDiscarded(**_about(task), **about, access_version=version, discarded_at=at)
        return [outgoing(discarded, addendum.addendum_id)]
    started_at, reason = addendum.started_at, addendum.reason
    begun = AddendumStarted(**_about(task), **about, access_version=version, reason=reason, started_at=started_at)
    return [outgoing(begun, addendum.addendum_id)]


def of_ask(task: Task) -> list[Outgoing]:
    """What a holder has asked: for the council, and for forms where nothing may be changed until it has answered."""
    ask = task.asks[-1]
    if ask.until is not None:
        requested = ExtensionRequested(
            authority=task.authority,
            delegation_id=task.delegation_id,
            ask_id=ask.ask_id,
            reason_code=cast("ExtensionReason", ask.reason_code),
            explanation=ask.explanation,
            until=ask.until,
            appointment_on=ask.appointment_on,
            by=ask.by.email,
            at=ask.asked_at,
        )
        return [outgoing(requested, ask.ask_id)]
    if ask.sections:
        return [outgoing(_sections_declined(task, ask), ask.ask_id)]
    declined = DelegationDeclined(
        authority=task.authority,
        delegation_id=task.delegation_id,
        ask_id=ask.ask_id,
        reason_code=cast("DeclineReason", ask.reason_code),
        explanation=ask.explanation,
        proposed_recipient=ask.proposed_recipient,
        appointment_on=ask.appointment_on,
        by=ask.by.email,
        at=ask.asked_at,
    )
    heard = TaskDeclined(
        **_about(task),
        access_version=task.access_version,
        declined_at=ask.asked_at,
    )
    return [outgoing(declined, ask.ask_id), outgoing(heard, ask.ask_id)]


def _sections_declined(task: Task, ask: Ask) -> SectionsDeclined:
    return SectionsDeclined(
        authority=task.authority,
        delegation_id=task.delegation_id,
        ask_id=ask.ask_id,
        sections=ask.sections,
        reason_code=cast("DeclineReason", ask.reason_code),
        explanation=ask.explanation,
        proposed_recipient=ask.proposed_recipient,
        appointment_on=ask.appointment_on,
        by=ask.by.email,
        at=ask.asked_at,
    )


def of_answer(task: Task, tell: list[Contact]) -> list[Outgoing]:
    """What the council has answered, to whoever keeps the form, and by email."""
    ask = task.asks[-1]
    if ask.answer is None:
        return []
    decided = TaskDecided(
        **_about(task),
        access_version=task.access_version,
        ask_id=ask.ask_id,
        asked=ask.asked,
        sections=[section.key for section in ask.sections],
        reason_code=cast("DeclineReason", ask.reason_code) if ask.sections else None,
        decision=ask.answer.decision,
        form_title=task.requested.form_title,
        sender=task.sender,
        due_on=task.due_on,
        comments=task.comments,
        prefill=task.prefill,
        person=task.holder,
        tell=tell,
        decided_at=ask.answer.decided_at,
    )
    return [outgoing(decided, ask.ask_id)]


def of_reminder(task: Task, ladder: Ladder, tell: list[Contact], managers: list[Contact]) -> list[Outgoing]:
    """Whoever has it is reminded, and the council knows of it; of what is late it knows by the due date."""
    reminder = task.reminders[-1]
    cause = (task.task_id, reminder.due_on.isoformat(), str(reminder.step), str(len(task.returns)))
    reminded = TaskReminded(
        **_about(task),
        step=reminder.step,
        form_title=task.requested.form_title,
        due_on=reminder.due_on,
        person=task.holder,
        tell=tell,
        managers=managers,
        reminded_at=reminder.sent_at,
    )
    sent = ReminderSent(
        authority=task.authority, delegation_id=task.delegation_id, step=reminder.step, due_on=reminder.due_on
    )
    told = [outgoing(reminded, *cause), *([outgoing(sent, *cause)] if ladder.reminds else [])]
    if not ladder.escalates or reminder.step <= 0:
        return told
    overdue = DelegationOverdue(
        authority=task.authority, delegation_id=task.delegation_id, step=reminder.step, due_on=reminder.due_on
    )
    return [*told, outgoing(overdue, *cause)]


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
        **_about(after),
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


def of_submission(task: Task, submission: SubmissionFact) -> list[Outgoing]:
    """Completed, with the receipt for whoever submitted."""
    completed = TaskCompleted(
        **_about(task),
        contribution_id=submission.contribution_id,
        form_title=task.request.form_title if task.request else "",
        receipt=submission.receipt,
        attached=submission.attached,
        tell=[submission.by],
        completed_at=clock.now(),
    )
    return [outgoing(completed, submission.contribution_id)]


def of_warning(task: Task, end: datetime) -> list[Outgoing]:
    """The council has not confirmed to have what is erased soon."""
    if task.submission is None:
        return []
    warning = ErasureAnnounced(
        authority=task.authority,
        delegation_id=task.delegation_id,
        contribution_id=task.submission.contribution_id,
        erased_on=end.date(),
    )
    return [outgoing(warning, task.submission.contribution_id)]


def of_end(task: Task) -> list[Outgoing]:
    """Whoever keeps something of it erases that."""
    if task.erased_at is None:
        return []
    erased = TaskErased(
        task_id=task.task_id, authority=task.authority, delegation_id=task.delegation_id, erased_at=task.erased_at
    )
    return [outgoing(erased, task.task_id)]


def of_erasure(task: Task) -> list[Outgoing]:
    """Every service has, and the council may know."""
    if task.erased_at is None:
        return []
    erased = DelegationErased(authority=task.authority, delegation_id=task.delegation_id, erased_at=task.erased_at)
    return [outgoing(erased, task.task_id)]
