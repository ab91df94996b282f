"""What is kept of a delegation's work, and what follows from it: state, holder, dates, rights. No I/O, no clock."""

from datetime import date, datetime, timedelta
from typing import Any, Literal

from pydantic import AwareDatetime

from chassis.errors import Conflict
from contracts.addresses import address_key
from contracts.api.tasks import Progress, TaskState
from contracts.authority import Authority
from contracts.base import Contact, Sealed, Value
from contracts.council import DelegationDecided, DelegationReturned, PersonAssignee, Sender
from contracts.tasks import Holder
from services.tasks.model.deadlines import DueDate, due_dates
from services.tasks.model.facts import (
    Addendum,
    Amendment,
    Ask,
    Move,
    Reminder,
    Request,
    Retraction,
    Return,
    SubmissionFact,
)

OPEN_STATES: tuple[TaskState, ...] = ("assigned", "returned")
LISTED_STATES: tuple[TaskState, ...] = (*OPEN_STATES, "declined")
"""What stands among somebody's tasks: what is declined too, until the council has decided."""
Right = Literal["read", "edit", "submit"]


class TaskRecord(Value):
    """The facts of one delegation's work, as they were said. `version` counts the changes."""

    task_id: str
    authority: str
    delegation_id: str
    reference: str = ""
    """Empty where it was last written before there were references."""
    version: int = 1
    request: Sealed[Request | None] = None
    amendments: Sealed[list[Amendment]] = []
    retraction: Sealed[Retraction | None] = None
    moves: Sealed[list[Move]] = []
    started_at: AwareDatetime | None = None
    """When somebody gave the first answer."""
    submission: Sealed[SubmissionFact | None] = None
    """Of this round; those of earlier ones stand in `returns`, or in `replaced`."""
    returns: Sealed[list[Return]] = []
    addenda: Sealed[list[Addendum]] = []
    """What its author has begun to add to what was submitted, in that order."""
    replaced: list[str] = []
    """The ids of the contributions that an addendum has taken the place of."""
    asks: Sealed[list[Ask]] = []
    """What its holders have asked of the council, in that order."""
    snoozed_until: date | None = None
    """Its holder's list is without it until this day; whatever happens to it ends that."""
    seen_at: AwareDatetime | None = None
    """When its holder opened it with something new in it, the last time."""
    reminders: list[Reminder] = []
    """In the order in which they were sent; dates and numbers, no words."""
    warned_at: AwareDatetime | None = None
    """When its council was told that it goes soon."""
    held_at: AwareDatetime | None = None
    """Since when nothing of it may be erased (a legal hold)."""
    erased_at: AwareDatetime | None = None
    """Since when nothing but ids and times is left of it."""
    erased_by: dict[str, AwareDatetime] = {}
    """Which services have said so."""

    @property
    def requested(self) -> Request:
        """The request; only to be asked of a task that has one."""
        if self.request is None:
            raise Conflict("not_requested", "The delegation itself has not arrived yet.")
        return self.request

    @property
    def state(self) -> TaskState:
        """Submitted beats retracted: what forms has frozen the council has received."""
        if self.submission is not None:
            return "submitted"
        if self.retraction is not None:
            return "retracted"
        if (ask := self.waiting_ask) is not None and ask.asked == "decline":
            return "declined"
        if self.holder.kind == "work_group":
            return "in_group"
        return "returned" if self.returns else "assigned"

    @property
    def is_open(self) -> bool:
        """Whether somebody has still to fill it in, or to be released from it."""
        return self.state in {*LISTED_STATES, "in_group"}

    @property
    def access_version(self) -> int:
        """How often it has changed who may do what; grants of before are void."""
        declines = [ask for ask in self.asks if ask.asked == "decline"]
        answers = [ask.answer for ask in declines]
        discards = [addendum.discarded_at for addendum in self.addenda]
        facts = (self.request, *self.moves, *self.returns, self.retraction, *declines, *answers)
        return sum(fact is not None for fact in (*facts, *self.addenda, *discards))

    @property
    def waiting_ask(self) -> Ask | None:
        """What the council has still to answer; nothing where the form has a new holder or was submitted since."""
        if not self.asks or self.asks[-1].answer is not None:
            return None
        moved = [move.moved_at for move in self.moves if move.how != "readdressed"]
        since = max([*moved, *(each.returned_at for each in self.returns)], default=None)
        return self.asks[-1] if since is None or self.asks[-1].asked_at > since else None

    @property
    def to_decide(self) -> Ask | None:
        """What its council has to decide; nothing where the form is over, or was not requested yet."""
        return self.waiting_ask if self.request is not None and self.is_open else None

    @property
    def left_out(self) -> list[str]:
        """The keys of the sections that are not asked for any more in this round, as far as is known here.

        What was left out before it was sent back forms may ask for again: where the council asks about an answer in it.
        """
        since = max((each.returned_at for each in self.returns), default=None)
        answered = (ask for ask in self.asks if ask.answer is not None and (since is None or ask.asked_at > since))
        return [section.key for ask in answered if ask.freed for section in ask.sections]

    @property
    def addendum(self) -> Addendum | None:
        """What its author is adding to what stands; None where that is submitted, discarded, or was sent back."""
        last = self.addenda[-1] if self.addenda else None
        if last is None or last.discarded_at is not None or self.submission is None:
            return None
        return last if last.contribution_id == self.submission.contribution_id else None

    @property
    def progress(self) -> Progress | None:
        """How far whoever has it is; None where nobody has it, or it is over."""
        if self.state == "returned":
            return "returned"
        if self.state == "declined":
            return "declined"
        if self.state != "assigned":
            return None
        return "in_progress" if self.started_at else "not_started"

    @property
    def holder(self) -> Holder:
        """Who has it now."""
        if self.moves:
            return self.moves[-1].to
        return self._first_holder

    @property
    def held_since(self) -> datetime:
        """When its holder got it."""
        return self.moves[-1].moved_at if self.moves else self.requested.requested_at

    @property
    def _first_holder(self) -> Holder:
        assignee = self.requested.assignee
        if isinstance(assignee, PersonAssignee):
            return Holder(kind="person", email=assignee.email)
        return Holder(kind="work_group", work_group_id=assignee.work_group_id, name=self.requested.assignee_name)

    @property
    def work_group(self) -> Holder | None:
        """The work group that it waits in, or was last picked up from; None where no group ever had it."""
        held = [self._first_holder, *(move.to for move in self.moves)]
        return next((holder for holder in reversed(held) if holder.kind == "work_group"), None)

    @property
    def inbox(self) -> list[Contact]:
        """Where the mail of the work group goes that it waits in."""
        return self.moves[-1].inbox if self.moves else self.requested.inbox

    @property
    def due_on(self) -> date | None:
        """The date as last amended; None where nobody has given one yet, and the form has no period."""
        return self.due_dates[-1].due_on

    @property
    def internal_due_on(self) -> date | None:
        """By when the council asks for it, where that is sooner."""
        return self.due_dates[-1].internal_due_on

    @property
    def target_on(self) -> date | None:
        """The date that its holder works to: lists, reminders and lateness go by it."""
        return self.due_dates[-1].target_on(self.requested.works_to)

    @property
    def due_dates(self) -> list[DueDate]:
        """Every due date that it has had; the last one counts."""
        return due_dates(self.requested, self.amendments, self.returns, self.asks)

    @property
    def contribution_id(self) -> str | None:
        """The last submission, sent back or not; None where there was none."""
        submissions = [*(each.submission for each in self.returns), *([self.submission] if self.submission else [])]
        return submissions[-1].contribution_id if submissions else None

    @property
    def comments(self) -> str:
        """The comments as last amended."""
        said = (change.comments for change in reversed(self.amendments) if change.comments is not None)
        return next(said, self.requested.comments)

    @property
    def sender(self) -> Sender:
        """The officer as last amended."""
        return next((change.sender for change in reversed(self.amendments) if change.sender), self.requested.sender)

    @property
    def prefill(self) -> dict[str, Any]:
        """The prefill with every amendment laid over it, key by key."""
        merged = dict(self.requested.prefill)
        for change in self.amendments:
            merged |= change.prefill or {}
        return merged

    def was_returned_by(self, message: DelegationReturned, message_id: str) -> bool:
        """Whether this has been said before, under this id or another one."""
        return any(each.message_id == message_id or each.says(message) for each in self.returns)

    def was_answered_by(self, message: DelegationDecided, message_id: str) -> bool:
        """Whether this has been said before, under this id or another one."""
        last = self.asks[-1:] if self.waiting_ask is None else []
        known = [ask for ask in self.asks if ask.answer is not None and ask.answer.message_id == message_id]
        return any(ask.is_answered_by(message, message_id) for ask in [*known, *last])

    def has_heard_of(self, contribution_id: str) -> bool:
        """Whether this was submitted, or anything at all where no id is given."""
        standing = self.submission.contribution_id if self.submission else None
        return (
            contribution_id == standing
            or self._is_over(contribution_id)
            or (not contribution_id and self.contribution_id is not None)
        )

    def _is_over(self, contribution_id: str) -> bool:
        """Whether it was sent back, or another one stands in its place."""
        sent_back = {each.submission.contribution_id for each in self.returns}
        return contribution_id in sent_back or contribution_id in self.replaced

    def rights_of(self, email: str, authority: Authority, at: datetime) -> list[Right]:
        """What a person may do with the form; nothing for anybody but its holder, nor when its time is over."""
        if not self.is_held_by(email):
            return []
        if self.state in OPEN_STATES:
            return ["read", "edit", "submit"]
        if self.state == "declined":
            return ["read"]
        if not self.is_shown(authority, at):
            return []
        return ["read", "edit", "submit"] if self.addendum else ["read"]

    def is_shown(self, authority: Authority, at: datetime) -> bool:
        """Whether the authority still shows it, where it is over (requirements F74, F75)."""
        if self.submission is not None:
            return at - self.submission.submitted_at < timedelta(days=authority.submitted_days)
        if self.retraction is not None:
            return at - self.retraction.retracted_at < timedelta(days=authority.retracted_days)
        return True

    def was_taken_from(self, email: str) -> bool:
        """Whether this person had it until somebody else moved it."""
        if not self.moves or self.moves[-1].how == "readdressed":
            return False
        if address_key(self.moves[-1].by) == address_key(email):
            return False
        before = self.model_copy(update={"moves": self.moves[:-1]})
        return before.is_held_by(email) and not self.is_held_by(email)

    def is_held_by(self, email: str) -> bool:
        """Whether this person has it, by email address."""
        holder = self.holder
        return holder.kind == "person" and address_key(holder.email or "") == address_key(email)
