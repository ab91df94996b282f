"""What a council's word has made of a task: asked for, amended, withdrawn, sent back."""

from chassis.errors import Refused
from chassis.outbox import Outgoing, outgoing
from contracts.authority import Authority
from contracts.portal import DelegationAccepted, DelegationAssigned, MessageRejected
from contracts.tasks import CouncilQuestions, TaskAmended, TaskOpened, TaskRetracted, TaskReturned
from services.tasks.events.about import about, as_assignee
from services.tasks.model.adding import interrupted
from services.tasks.model.task import Task
from services.tasks.model.told import whom_to_tell


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
        **about(task),
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
        **about(task),
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
        **about(task),
        access_version=task.access_version,
        form_title=task.requested.form_title,
        due_on=task.due_on,
        tell=whom_to_tell(task, authority),
        person=task.holder,
        retracted_at=task.retraction.retracted_at,
    )
    return [outgoing(retracted, task.task_id)]


def of_return(task: Task, authority: Authority) -> list[Outgoing]:
    """Sent back, to whoever keeps the form or its files, and by email to whoever has it."""
    returned, ended = task.returns[-1], interrupted(task)
    event = TaskReturned(
        **about(task),
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
