"""The facts that a task is made of, each as it was said: request, amendment, retraction, move, submission, return.

No I/O.
"""

import hashlib
from datetime import date, datetime, timedelta
from typing import Any, Literal

import orjson
from pydantic import AwareDatetime

from chassis.clock import day_of
from contracts.addresses import address_key
from contracts.api.due_dates import DueDatesQuery
from contracts.authority import WorksTo
from contracts.base import EVERYBODYS, Contact, Value
from contracts.council import (
    Assignee,
    Decision,
    DelegationAmended,
    DelegationDecided,
    DelegationRequested,
    DelegationReturned,
    Sender,
    Subject,
    WorkGroupAssignee,
)
from contracts.submission import FormSection
from contracts.tasks import Asked, Holder
from services.tasks.model.shared import KeptDocument


def is_held_as(holder: Holder, assignee: Assignee) -> bool:
    """Whether a holder is this assignee."""
    if isinstance(assignee, WorkGroupAssignee):
        return holder.kind == "work_group" and holder.work_group_id == assignee.work_group_id
    return holder.kind == "person" and address_key(holder.email or "") == address_key(assignee.email)


class RequestedDates(Value):
    """What a request says of its dates, with the form's own period."""

    received_on: date
    period_days: int | None = None
    """The form's own; None where it has none, or it was not kept yet."""
    due_on: date | None = None
    """None where the council has given none, and the form has no period (requirement F71)."""
    internal_due_on: date | None = None
    """By when the council asks for it."""
    works_to: WorksTo = "due_date"
    """What the authority's setting was when it asked: a form's dates do not move with it."""
    requested_at: AwareDatetime


class Request(RequestedDates):
    """The delegation as requested, with what the portal added on accepting it."""

    digest: str
    form: str
    form_version: str
    form_owner: str = EVERYBODYS
    form_title: str
    subject: Subject
    assignee: Assignee
    assignee_name: str = ""
    inbox: list[Contact] = []
    """Where a work group's mail goes."""
    notify_email: str | None = None
    confidential: bool = False
    """For its assignee alone, also while they are away."""
    sender: Sender
    comments: str
    prefill: dict[str, Any]
    documents: list[KeptDocument] = []


class Amendment(Value):
    """One change by the council; None leaves a part as it was."""

    message_id: str
    amended_at: AwareDatetime
    heard_at: AwareDatetime | None = None
    """When the portal heard of it; None where an older version did."""
    due_on: date | None = None
    internal_due_on: date | None = None
    comments: str | None = None
    sender: Sender | None = None
    prefill: dict[str, Any] | None = None


class Retraction(Value):
    """The council's withdrawal."""

    reason: str
    retracted_at: AwareDatetime


class SubmissionFact(Value):
    """What forms told of the contribution."""

    contribution_id: str
    receipt: str
    attached: int | None = None
    by: Contact
    submitted_at: AwareDatetime
    received_at: AwareDatetime | None = None
    """When the council confirmed that it has the PDF."""


class Return(Value):
    """The council has sent back what was submitted, with what it asks about."""

    message_id: str
    comments: str
    fields: list[str]
    due_on: date | None
    returned_at: AwareDatetime
    submission: SubmissionFact

    def says(self, message: DelegationReturned) -> bool:
        """Whether a message says the same of the same submission, as far as it names one."""
        words = (message.comments, message.fields, message.due_on)
        return words == (self.comments, self.fields, self.due_on) and self.is_about(message)

    def is_about(self, message: DelegationReturned) -> bool:
        """Whether it is the submission that a message names, if any."""
        return message.contribution_id in {None, self.submission.contribution_id}


class Addendum(Value):
    """Whoever has submitted a form adds to it or corrects it; over once something else is submitted, or sent back."""

    addendum_id: str
    contribution_id: str
    """What they have submitted, and what stands until they do so again."""
    reason: str
    """Nothing any more where it was discarded."""
    started_at: AwareDatetime
    discarded_at: AwareDatetime | None = None


class Answer(Value):
    """What the council has answered to an ask."""

    message_id: str
    decision: Decision
    comments: str
    due_on: date | None
    decided_at: AwareDatetime
    heard_at: AwareDatetime | None = None
    """When the portal heard of it; None where an older version did."""


class Ask(Value):
    """What whoever has a form asks of the council: to be released from it, or from parts of it, or more time."""

    ask_id: str
    asked: Asked
    sections: list[FormSection] = []
    """What a part-decline is about, in the order of the form."""
    reason_code: str
    explanation: str
    proposed_recipient: str = ""
    until: date | None = None
    appointment_on: date | None = None
    closed_on: date | None = None
    reopens_on: date | None = None
    by: Contact
    asked_at: AwareDatetime
    answer: Answer | None = None

    def says(self, other: "Ask") -> bool:
        """Whether another one asks for the same in the same words."""
        ours, theirs = (each.model_dump(exclude={"ask_id", "asked_at", "answer", "by"}) for each in (self, other))
        return ours == theirs and address_key(self.by.email) == address_key(other.by.email)

    def is_answered_by(self, message: DelegationDecided, message_id: str) -> bool:
        """Whether this answer has been given before, under this id or another one."""
        if self.answer is None or message.ask_id not in {None, self.ask_id}:
            return False
        words = (message.decision, message.comments, message.due_on)
        kept = (self.answer.decision, self.answer.comments, self.answer.due_on)
        return self.answer.message_id == message_id or words == kept

    @property
    def gave_time(self) -> bool:
        """Whether more time was asked for, and given."""
        return self.asked == "extension" and self.answer is not None and self.answer.decision == "accepted"

    @property
    def freed(self) -> bool:
        """Whether parts of the form were declined, and are not asked for any more."""
        return self.asked == "part-decline" and self.answer is not None and self.answer.decision == "accepted"

    @property
    def new_date(self) -> tuple[datetime, date | None]:
        """When a due date was said in the answer, and which: the council's, else what was asked for and accepted."""
        if self.answer is None:
            return self.asked_at, None
        return self.answer.decided_at, self.answer.due_on or (self.until if self.gave_time else None)


class Reminder(Value):
    """Its holder was reminded of it, so many days from the due date that it had."""

    step: int
    due_on: date | None = None
    """None where it was reminded of because nobody had begun it."""
    given_on: date | None = None
    """The day on which its holder was given it, which the step counts from then."""
    sent_at: AwareDatetime


MoveKind = Literal["picked_up", "re_assigned", "re_routed", "readdressed", "re_delegated", "undeliverable"]


class Move(Value):
    """A change of holder."""

    to: Holder
    by: str
    by_name: str = ""
    how: MoveKind
    moved_at: AwareDatetime
    inbox: list[Contact] = []
    """Where the mail goes of a work group that it was moved to."""
    within_group: bool = False
    """Whether it was re-assigned to somebody of the work group that it waits in, or was picked up from."""

    def is_by(self, email: str, to: Assignee) -> bool:
        """Whether this person made just this move."""
        return address_key(self.by) == address_key(email) and is_held_as(self.to, to)


def digest_of(message: DelegationRequested) -> str:
    """What two deliveries of one request share, also where the contract gained an optional field in between."""
    said = message.model_dump(mode="json", exclude_defaults=True)
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def requested_dates(
    asked: DelegationRequested | DueDatesQuery, period_days: int | None, works_to: WorksTo, at: datetime
) -> RequestedDates:
    """The due date is the one asked for, else the form's own period from receipt; or there is none.

    In calendar days (SI 2014/1530, reg 8). What the council does not say it has received today.
    """
    received_on = asked.received_on or day_of(at)
    period = received_on + timedelta(days=period_days) if period_days is not None else None
    return RequestedDates(
        received_on=received_on,
        period_days=period_days,
        due_on=asked.due_on or period,
        internal_due_on=asked.internal_due_on,
        works_to=works_to,
        requested_at=at,
    )


def amendment(message: DelegationAmended, message_id: str, at: datetime) -> Amendment:
    """A council's change as a fact; without a time of its own it counts from its arrival."""
    return Amendment(
        message_id=message_id,
        amended_at=message.amended_at or at,
        heard_at=at,
        due_on=message.due_on,
        internal_due_on=message.internal_due_on,
        comments=message.comments,
        sender=message.sender,
        prefill=message.prefill,
    )
