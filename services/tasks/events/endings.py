"""The end of a delegation's data."""

from datetime import datetime

from chassis.outbox import Outgoing, outgoing
from contracts.portal import DelegationErased, ErasureAnnounced
from contracts.tasks import TaskErased
from services.tasks.model.task import Task


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
