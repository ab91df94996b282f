"""HTTP bodies of tasks: lists, pick-up, grants, and the state that a council reads."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime

from contracts.base import PersonalData, Value
from contracts.council import Assignee, Sender, Subject

TaskState = Literal["assigned", "in_group", "returned", "declined", "retracted", "submitted"]
Tab = Literal["assigned", "retracted", "submitted"]


class TaskRow(PersonalData):
    """A row of a task list (requirements F70, F76)."""

    task_id: str
    authority: str
    form: str
    form_title: str
    subject_name: str
    due_on: date
    comments: str
    state: TaskState
    work_group_name: str = ""
    retracted_at: AwareDatetime | None = None
    retraction_reason: str = ""
    submitted_at: AwareDatetime | None = None


class TabCounts(Value):
    """How many tasks each tab holds."""

    assigned: int
    retracted: int
    submitted: int


class TaskListView(Value):
    """One page of one tab, with the tasks that wait in the person's work groups."""

    tab: Tab
    page: int
    pages: int
    rows: list[TaskRow]
    counts: TabCounts
    group_rows: list[TaskRow]
    group_pages: int = 1


class TaskView(PersonalData):
    """A task as the form's banner needs it (requirements F96, F97)."""

    task_id: str
    authority: str
    delegation_id: str
    form: str
    form_title: str
    form_version: str
    subject: Subject
    sender: Sender
    comments: str
    due_on: date
    state: TaskState
    version: int


class GrantView(Value):
    """A signed grant, and the task that it is for."""

    grant: str
    task: TaskView


class DelegationView(Value):
    """A delegation's state as its council reads it (council contract, HTTP door)."""

    delegation_id: str
    form: str
    state: TaskState
    assigned_to: Assignee
    due_on: date
    task_id: str
    contribution_id: str | None = None


class DelegationListView(Value):
    """A page of delegations; `after` is the cursor of the next page, null at the end."""

    delegations: list[DelegationView]
    after: str | None = None
