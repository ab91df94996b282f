"""What every event about a task begins with, and who has it in a council's words."""

from datetime import date
from typing import TypedDict

from contracts.council import Assignee, PersonAssignee, WorkGroupAssignee
from contracts.tasks import Holder
from services.tasks.model.task import Task


class About(TypedDict):
    """What every event of a task says of it."""

    task_id: str
    authority: str
    delegation_id: str
    reference: str
    task_version: int
    target_on: date | None


def about(task: Task) -> About:
    """As the fields of an event."""
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
