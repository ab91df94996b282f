"""What tasks tells the other services about delegations and who holds them."""

from datetime import date
from typing import Any, ClassVar, Literal

from pydantic import AwareDatetime

from contracts.base import EVERYBODYS, Contact, Email, Erased, Event, LeftOut, PersonalData, Text, Value
from contracts.council import Decision, Sender, Subject
from contracts.portal import DeclineReason


class Holder(PersonalData):
    """Who has a task: a person by email, or a work group until somebody picks it up."""

    kind: Literal["person", "work_group"]
    email: Email | None = None
    work_group_id: str | None = None
    name: Text = ""


class AboutTask(Event):
    """What happened to one task."""

    task_id: str
    authority: str
    delegation_id: str
    reference: str = ""
    """What people say on the telephone (BRI-4K7Q-22); empty for tasks from before there was one."""
    task_version: int
    target_on: LeftOut[date] = None
    """The date that whoever has it works to; left out where that is the due date."""


class TaskOpened(AboutTask):
    """A delegation has been accepted: somebody has a form to fill."""

    wire_name: ClassVar[str] = "tasks.task.opened.v1"

    access_version: int = 0
    """How often it has changed who may do what with it; 0 from before that was counted. A grant of before is void."""
    form: str
    form_version: str
    form_owner: str = EVERYBODYS
    """Whose version it is: the authority's own, or `portal`."""
    form_title: str
    subject: Subject
    sender: Sender
    person: Holder
    """The holder at the start."""
    tell: list[Contact]
    """Whom to email: the person, the group's inbox or the generic inbox, as the authority wants it."""
    received_on: date
    due_on: LeftOut[date] = None
    """Left out where there is none, here and in what follows."""
    comments: str
    prefill: dict[str, Any]
    opened_at: AwareDatetime


class TaskAmended(AboutTask):
    """The council has changed a task; the whole of what may change is told, so that the latest alone suffices."""

    wire_name: ClassVar[str] = "tasks.task.amended.v1"

    sender: Sender
    due_on: LeftOut[date] = None
    form_title: str = ""
    comments: str
    prefill: dict[str, Any]
    tell: list[Contact]
    person: Holder | None = None
    """Who has it."""
    amended_at: AwareDatetime


class TaskAssigned(AboutTask):
    """A task has a new holder (picked up from a work group, or re-assigned)."""

    wire_name: ClassVar[str] = "tasks.task.assigned.v1"

    access_version: int = 0
    person: Holder
    tell: list[Contact] = []
    """Whom to email: the new holder or its work group's inbox; nobody where people took it for themselves."""
    due_on: date | None = None
    form_title: str = ""
    former: Contact | None = None
    """Whom it was taken from, to be told; nobody where people gave it away themselves."""
    by: str = ""
    """The name of whoever moved it."""
    assigned_at: AwareDatetime


class TaskRetracted(AboutTask):
    """The council has withdrawn a task."""

    wire_name: ClassVar[str] = "tasks.task.retracted.v1"

    access_version: int = 0
    form_title: str
    due_on: LeftOut[date] = None
    tell: list[Contact]
    person: Holder | None = None
    """Who had it."""
    retracted_at: AwareDatetime


class CouncilQuestions(Value):
    """What a council asks about a form that it has sent back: in words, and the keys of the answers that it means."""

    comments: str
    fields: list[str]
    asked_at: AwareDatetime


class TaskReturned(AboutTask):
    """The council has sent a submitted form back: the whole of what it says, so that the latest alone suffices."""

    wire_name: ClassVar[str] = "tasks.task.returned.v1"

    access_version: int
    contribution_id: str
    """The submission that it has sent back."""
    questions: CouncilQuestions
    form_title: str
    sender: Sender
    due_on: LeftOut[date] = None
    comments: str
    """Those of the delegation."""
    prefill: dict[str, Any]
    person: Holder
    """Who has it."""
    tell: list[Contact]
    addendum_id: str | None = None
    """The addendum that was under way and ends with it; None where there was none, or it was discarded before."""


class AddendumStarted(AboutTask):
    """Whoever has submitted a form adds to it or corrects it; what they submitted stands until they submit again."""

    wire_name: ClassVar[str] = "tasks.addendum.started.v1"

    access_version: int
    addendum_id: str
    contribution_id: str
    """The submission that stands."""
    reason: str
    started_at: AwareDatetime


class AddendumDiscarded(AboutTask):
    """Whoever has begun an addendum does not want it any more: nothing of it is left."""

    wire_name: ClassVar[str] = "tasks.addendum.discarded.v1"

    access_version: int
    addendum_id: str
    contribution_id: str
    """The submission that stands."""
    discarded_at: AwareDatetime


Asked = Literal["decline", "part-decline", "extension"]
"""What whoever has a form asks of the council: to be released from it, or from parts of it, or more time."""


class TaskDeclined(AboutTask):
    """Whoever has a task declines it: nobody can change its form until the council has decided."""

    wire_name: ClassVar[str] = "tasks.task.declined.v1"

    access_version: int
    declined_at: AwareDatetime


class TaskDecided(AboutTask):
    """The council has answered what a holder asked of it: the whole of what may change, so that the latest suffices."""

    wire_name: ClassVar[str] = "tasks.task.decided.v1"

    access_version: int
    ask_id: str
    asked: Asked
    sections: list[str] = []
    """The keys of those that a part-decline is about."""
    reason_code: DeclineReason | None = None
    """Of a part-decline."""
    decision: Decision
    form_title: str
    sender: Sender
    due_on: LeftOut[date] = None
    comments: str
    """Those of the delegation; what the council answers stands in the portal."""
    prefill: dict[str, Any]
    person: Holder
    """Who has it."""
    tell: list[Contact]
    """Nobody where a new holder is told, and the former one of that."""
    decided_at: AwareDatetime


class TaskReminded(AboutTask):
    """It is time to remind whoever has a task."""

    wire_name: ClassVar[str] = "tasks.task.reminded.v1"

    step: LeftOut[int] = None
    """Days from that date; negative before it. Left out where there is none."""
    form_title: str
    due_on: LeftOut[date] = None
    """The one that its holder works to, or, for managers alone, the due date."""
    unbegun_since: LeftOut[date] = None
    """The day on which its holder was given it, where the reminder is that nobody has begun it."""
    person: Holder
    """Who has it."""
    tell: list[Contact]
    managers: list[Contact] = []
    """Of its work group, where it is so late that they are told."""
    reminded_at: AwareDatetime


class TaskCompleted(AboutTask):
    """A task's contribution has been submitted."""

    wire_name: ClassVar[str] = "tasks.task.completed.v1"

    contribution_id: str
    form_title: str
    receipt: str
    attached: int | None = None
    """How many documents went with it; None from before it was counted. Their names may hold a child's and stay out."""
    tell: list[Contact]
    completed_at: AwareDatetime


class TaskErased(Erased):
    """A delegation's time here is over: whoever keeps something about it erases that, and says so."""

    wire_name: ClassVar[str] = "tasks.delegation.erased.v1"


class AddendumGrant(Value):
    """An addendum that is under way, and the submission that it adds to: it is granted while that one stands."""

    addendum_id: str
    contribution_id: str


class FormGrant(Value):
    """What a grant says: who may do what with which task, as of which version of it.

    It is good until the task's `access_version` changes: not what the council adds to the task makes it void, but who
    may do what. A submission also needs the version that the council has told last.
    """

    task_id: str
    authority: str
    delegation_id: str
    account_id: str
    email: str
    name: str
    role: str = ""
    organisation: str = ""
    rights: list[Literal["read", "edit", "submit"]]
    version: int
    access_version: int
    addendum: AddendumGrant | None = None
    """None while nothing is submitted: then the form is open by itself."""


class AccountResetAsked(Event):
    """A council that knows this person asks for their account to be opened again."""

    wire_name: ClassVar[str] = "tasks.account-reset.asked.v1"

    authority: str
    account_id: str
    what: Literal["second-factor", "dormancy"]
    asked_at: AwareDatetime
