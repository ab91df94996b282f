"""HTTP bodies of re-assigning: whom tasks may go to, who is to have them, and what became of them."""

from datetime import date
from typing import Annotated

from pydantic import Field

from contracts.api.tasks import TaskRow
from contracts.base import PersonalData, Value
from contracts.council import Assignee


class GroupChoice(Value):
    """A work group that a task may be re-assigned to."""

    work_group_id: str
    name: str
    email: str = ""


MOST_AT_ONCE = 100
"""So many tasks are re-assigned in one go."""
TaskIds = Annotated[list[Annotated[str, Field(max_length=64)]], Field(min_length=1, max_length=MOST_AT_ONCE)]


class UserChoice(PersonalData):
    """Somebody whom tasks may be re-assigned to."""

    email: str
    name: str = ""
    open_tasks: int = 0
    """How many of the same council's forms they have to fill in already."""
    away_until: date | None = None
    """The last day of their absence, where they are away today."""


class Suggestion(PersonalData):
    """Who may have the most room for tasks: the fewest open forms of those who are not away until they are due."""

    email: str
    name: str
    open_tasks: int
    is_of_same_role: bool
    """Whether only those were compared who have the role of whoever has the tasks now."""
    until: date
    """The last day on which they would have to be there."""


class ReAssignView(Value):
    """Whom tasks may be re-assigned to, the first of each by name (requirements F87, F88, M8)."""

    tasks: list[TaskRow]
    is_own: bool
    """Whether whoever asks has them all; if not, they manage the groups that they wait in or were picked up from."""
    groups: list[GroupChoice]
    users: list[UserChoice]
    groups_found: int
    users_found: int
    choices: int
    """How many there are before any search."""
    suggestion: Suggestion | None = None


class ReAssignBody(Value):
    """Who is to have the task."""

    to: Assignee


class ReAssignChoicesBody(Value):
    """Several tasks are to go to one: whom of those who may have them all the words fit."""

    task_ids: TaskIds
    words: Annotated[str, Field(max_length=200)] = ""


class TaskIdsView(Value):
    """Tasks, by their ids."""

    task_ids: list[str]


class ReAssignManyBody(ReAssignBody):
    """Who is to have the tasks."""

    task_ids: TaskIds


class LeftTask(Value):
    """One of several tasks that stayed as it was, and why."""

    task_id: str
    code: str
    detail: str


class ReAssignedView(Value):
    """What became of several tasks."""

    moved: list[TaskRow]
    left: list[LeftTask]
