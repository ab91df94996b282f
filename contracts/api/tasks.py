"""HTTP bodies of tasks: lists, pick-up, re-assigning, grants, and the state that a council reads."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from contracts.base import EVERYBODYS, Identifier, Line, PersonalData, Value
from contracts.council import Comments, Day, Decision, Sender, Subject
from contracts.portal import DeclineReason, ExtensionReason
from contracts.submission import FormSection
from contracts.tasks import Asked

TaskState = Literal["assigned", "in_group", "returned", "declined", "retracted", "submitted"]
Progress = Literal["not_started", "in_progress", "returned", "declined"]
"""How far whoever has a task is."""
Tab = Literal["assigned", "snoozed", "retracted", "submitted"]
"""What is snoozed is assigned too, and hidden for now."""
ListOrder = Literal["due", "received", "form", "authority"]
"""What is due first; what its holder got last; by the form's title, or by council, what is due first of each."""


class TaskRow(PersonalData):
    """A row of a task list (requirements F70, F76)."""

    task_id: str
    reference: str = ""
    """What people say on the telephone (BRI-4K7Q-22); empty for tasks from before there was one."""
    authority: str
    form: str
    form_title: str
    subject_name: str
    due_on: date | None = None
    """The date that its holder works to; None where there is none (requirement F71)."""
    comments: str
    state: TaskState
    progress: Progress | None = None
    """None while it waits in a group, and when it is over."""
    work_group_name: str = ""
    """The work group that it waits in or was picked up from."""
    holder_name: str = ""
    """Whose it is: a name, or the address of somebody who has not registered; empty while it waits in a group."""
    retracted_at: AwareDatetime | None = None
    retraction_reason: str = ""
    submitted_at: AwareDatetime | None = None
    moved_at: AwareDatetime | None = None
    moved_by: str = ""
    received_at: AwareDatetime | None = None
    """When whoever has it got it; None in rows of an older version."""
    came_at: AwareDatetime | None = None
    """When others gave it to whoever has it; None where they took it themselves."""
    changed_at: AwareDatetime | None = None
    """When the council last changed, answered or sent back something."""
    seen_at: AwareDatetime | None = None
    """When its holder opened it with something new in it, the last time."""
    snoozed_until: date | None = None
    """The day on which it comes back into its holder's list; in the past where it has."""
    due_changes: int = 0
    """How often its date has been changed."""
    due_set_at: AwareDatetime | None = None
    """When the date that it has now was said; None in rows of an older version."""
    addendum_started_at: AwareDatetime | None = None
    """Since when its author adds to what they have submitted."""
    asked: Asked | None = None
    """What waits for the council's decision; None where nothing does, and in rows of an older version."""


class Choice(Value):
    """Something that a list can be narrowed to."""

    key: str
    name: str


class ListChoices(Value):
    """What the rows of a list can be narrowed to, each by name."""

    forms: list[Choice] = []
    authorities: list[str] = []
    progress: list[Progress] = []


class TabCounts(Value):
    """How many tasks each tab holds."""

    assigned: int
    snoozed: int = 0
    retracted: int
    submitted: int


class MovedRow(PersonalData):
    """A task that went to somebody else a short time ago."""

    reference: str
    form_title: str
    subject_name: str
    holder_name: str
    by: str
    moved_at: AwareDatetime


MOST_WAITING = 1_000
"""So many of what waits in somebody's work groups are counted and listed, the earliest due first (ADR 0066)."""


class TaskListView(Value):
    """One page of one tab, with the tasks that wait in the person's work groups."""

    tab: Tab
    page: int
    pages: int
    rows: list[TaskRow]
    counts: TabCounts
    """Of everything, whatever the rows are narrowed to."""
    group_rows: list[TaskRow]
    group_page: int = 1
    group_pages: int = 1
    moved: list[MovedRow] = []
    """What somebody else has taken from the person, the latest first."""
    re_assigned: MovedRow | None = None
    """What the person has just given to somebody else, where that was asked for."""
    waiting: int = 0
    """How many wait in the person's work groups; `MOST_WAITING` where there may be more."""
    choices: ListChoices = ListChoices()
    manages: list[str] = []
    """The authorities in which the person manages a work group: only their tasks can be re-assigned."""
    withheld: list[str] = []
    """The authorities whose tasks are not here, and there are some: they insist on a stronger sign-in."""


class Colleague(PersonalData):
    """Somebody who has picked up forms from work groups that the person manages."""

    name: str
    """Their address, where they have not registered."""
    authority: str
    open_tasks: int
    late: int
    """How many of these are late."""
    task_id: str
    """One of these."""


class GroupTasksView(Value):
    """Pages of the tasks of work groups that the person manages: picked up (requirement F90), and waiting (M8).

    What a member has declined stands where it was until its council has decided (M5).
    """

    re_assigned: MovedRow | None = None
    page: int
    rows: list[TaskRow]
    has_more: bool
    waiting_page: int = 1
    waiting: list[TaskRow] = []
    has_more_waiting: bool = False
    manages: list[str]
    colleagues: list[Colleague] = []
    """Who has picked up most, the first of them, whatever the page."""


class SharedDocumentView(Value):
    """A document that the council sent along: kept here, or where `url` says."""

    document_id: str
    name: str
    media_type: str
    size: int | None = None
    url: str | None = None


class AskView(Value):
    """What a holder has asked of the council, and what it has answered; `decision` is empty until it has."""

    asked: Asked
    explanation: str
    sections: list[str] = []
    """The titles of the parts that are declined."""
    until: date | None = None
    asked_at: AwareDatetime
    decision: Decision | None = None
    comments: str = ""
    decided_at: AwareDatetime | None = None


class AddendumView(Value):
    """What whoever has submitted a form has begun to add to it, and why."""

    reason: str
    started_at: AwareDatetime
    is_over: bool
    """The council has sent the form back meanwhile: what was typed is part of what is to be submitted again."""


class AddendumBody(Value):
    """Whoever has submitted a form adds to it, and says why."""

    reason: Comments


DueReason = Literal["period", "request", "amended", "returned", "decided"]
"""The form's own period; what the council asked for, or changed; a return; its answer to an ask."""


class DueDateView(Value):
    """A date by which a form was to be completed, and why."""

    due_on: date
    why: DueReason
    said_on: date | None = None
    """When it was said; None of the first two."""
    reason_code: str = ""
    """The exception for which more time was given."""


class DueView(Value):
    """How the due date came about (requirements part 4, rules 6 and 7)."""

    received_on: date
    period_days: int | None = None
    """The form's own period, in calendar days; None where it has none, or an older version has taken the request."""
    dates: list[DueDateView]
    """In their order; the last one counts. Empty where there is none."""
    internal_due_on: date | None = None
    """By when the council asks for it, where that is sooner."""


class DeclineBody(Value):
    """Whoever has a form declines it, or a member of the group that it waits in."""

    reason_code: DeclineReason
    explanation: Comments
    proposed_recipient: Line = ""
    appointment_on: Day | None = None


class PartDeclineBody(DeclineBody):
    """Whoever has a form declines parts of it, and goes on with the others."""

    sections: Annotated[list[FormSection], Field(max_length=500)]
    going_on_with: Annotated[list[Identifier], Field(max_length=500)]
    """The keys of the other sections that can be declined, as forms says: at least one is left to answer."""


class ExtensionBody(Value):
    """Whoever has a form needs longer."""

    reason_code: ExtensionReason
    explanation: Comments
    until: Day
    appointment_on: Day | None = None
    closed_on: Day | None = None
    """The first day on which the school or setting is closed."""
    reopens_on: Day | None = None


class TaskView(PersonalData):
    """A task as the form's banner needs it (requirements F96, F97)."""

    task_id: str
    reference: str = ""
    authority: str
    delegation_id: str
    form: str
    form_title: str
    form_version: str
    form_owner: str = EVERYBODYS
    subject: Subject
    sender: Sender
    comments: str
    due_on: date | None = None
    target_on: date | None = None
    """The date that its holder works to; None where there is none, and from a service of an older version."""
    state: TaskState
    version: int
    documents: list[SharedDocumentView] = []
    ask: AskView | None = None
    """What was asked of the council last."""
    due: DueView | None = None
    """None from a service of an older version."""
    may_add: bool = False
    """Whether whoever asks may add to what they have submitted, or go on with it."""
    addendum: AddendumView | None = None


class SearchBody(Value):
    """Words to be found in names and addresses."""

    words: Line


class GrantView(Value):
    """A signed grant, and the task that it is for."""

    grant: str
    task: TaskView
