"""A task is what has been said about it: facts in any order give the same task. No I/O, no clock, no async."""

from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import Any, Literal, Self

from pydantic import AwareDatetime

from chassis.errors import Conflict
from contracts.addresses import address_key
from contracts.api.tasks import Progress, TaskState
from contracts.authority import Authority
from contracts.base import Contact, Sealed, Value
from contracts.council import DelegationDecided, DelegationReturned, PersonAssignee, Sender
from contracts.tasks import Holder
from services.tasks.model.facts import (
    Addendum,
    Amendment,
    Answer,
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


class Task(Value):
    """One delegation's work. `version` counts its changes."""

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
    def due_on(self) -> date:
        """The date as last amended."""
        return self.due_dates[-1][1]

    @property
    def due_dates(self) -> list[tuple[datetime, date]]:
        """Every due date that it has had, and when each was said: the request's, then by their times."""
        said = [(change.amended_at, change.due_on) for change in self.amendments]
        said += [(each.returned_at, each.due_on) for each in self.returns]
        said += [ask.new_date for ask in self.asks]
        latest_first = [(at, day) for at, day in sorted(said, key=itemgetter(0), reverse=True) if day]
        return [(self.requested.requested_at, self.requested.due_on), *reversed(latest_first)]

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

    def with_reference(self, reference: str) -> Self:
        """The first one stays."""
        return self if self.reference else self.model_copy(update={"reference": reference})

    def with_request(self, request: Request) -> Self:
        """The delegation has arrived."""
        return self._changed(request=request)

    def with_amendment(self, amendment: Amendment) -> Self:
        """The council's change in its place by time, whenever it arrived; the same one twice changes nothing."""
        if any(known.message_id == amendment.message_id for known in self.amendments):
            return self
        ordered = sorted([*self.amendments, amendment], key=lambda change: (change.amended_at, change.message_id))
        return self._changed(amendments=ordered, snoozed_until=None)

    def without_amendment(self, message_id: str) -> Self:
        """An amendment that turned out not to fit the form."""
        kept = [change for change in self.amendments if change.message_id != message_id]
        return self.model_copy(update={"amendments": kept})

    def with_retraction(self, retraction: Retraction) -> Self:
        """The first retraction counts."""
        return self if self.retraction else self._changed(retraction=retraction, snoozed_until=None)

    def with_start(self, at: datetime) -> Self:
        """The first answer counts; the draft stays with the task, whoever gets it."""
        return self if self.started_at else self._changed(started_at=at)

    def with_submission(self, submission: SubmissionFact, replaces: str | None = None) -> Self:
        """The first submission of a round counts; one that was sent back or replaced begins no other.

        `replaces` is the contribution that it is an addendum to: it stands in the place of that one.
        """
        replaced = self.replaced if replaces in {None, *self.replaced} else [*self.replaced, replaces]
        standing = self.submission.contribution_id if self.submission else None
        if self._is_over(submission.contribution_id) or standing not in {None, replaces}:
            return self
        return self._changed(submission=submission, replaced=replaced, warned_at=None, snoozed_until=None)

    def with_addendum(self, addendum: Addendum) -> Self:
        """Its author adds to what stands: for the reason that was given first, however often it is begun."""
        if self.submission is None or self.submission.contribution_id != addendum.contribution_id:
            raise Conflict("not_submitted", "This is not what was submitted last.")
        return self if self.addendum else self._changed(addenda=[*self.addenda, addendum])

    def without_addendum(self, at: datetime) -> Self:
        """What was begun is not wanted any more; where nothing is, nothing changes."""
        if (addendum := self.addendum) is None:
            return self
        discarded = addendum.model_copy(update={"discarded_at": at, "reason": ""})
        return self._changed(addenda=[*self.addenda[:-1], discarded])

    def with_return(self, message: DelegationReturned, message_id: str, at: datetime) -> Self:
        """What was submitted goes back, and the next round begins; only to be asked of a task that has a submission."""
        if self.submission is None:
            raise Conflict("not_submitted", "This form has not been submitted.")
        returned = Return(
            message_id=message_id,
            comments=message.comments,
            fields=message.fields,
            due_on=message.due_on,
            returned_at=at,
            submission=self.submission,
        )
        return self._changed(returns=[*self.returns, returned], submission=None, warned_at=None)

    def was_returned_by(self, message: DelegationReturned, message_id: str) -> bool:
        """Whether this has been said before, under this id or another one."""
        return any(each.message_id == message_id or each.says(message) for each in self.returns)

    def with_ask(self, ask: Ask) -> Self:
        """The last one counts; the same one again changes nothing. Conflict where nothing can be asked any more."""
        if (waiting := self.waiting_ask) is not None and waiting.says(ask):
            return self
        if self.state not in (*OPEN_STATES, "in_group"):
            raise Conflict("not_open", "This form is no longer waiting to be filled in.")
        return self._changed(asks=[*self.asks, ask])

    def with_answer(self, answer: Answer) -> Self:
        """The council has answered what waited."""
        if (waiting := self.waiting_ask) is None:
            raise Conflict("nothing_asked", "Nobody waits for an answer about this form.")
        answered = waiting.model_copy(update={"answer": answer})
        return self._changed(asks=[*self.asks[:-1], answered], snoozed_until=None)

    def was_answered_by(self, message: DelegationDecided, message_id: str) -> bool:
        """Whether this has been said before, under this id or another one."""
        last = self.asks[-1:] if self.waiting_ask is None else []
        known = [ask for ask in self.asks if ask.answer is not None and ask.answer.message_id == message_id]
        return any(ask.is_answered_by(message, message_id) for ask in [*known, *last])

    def re_routed(self, to: Holder, inbox: list[Contact], at: datetime) -> Self:
        """Whoever it was meant for is away: their substitute has it from the start."""
        away = self.holder
        return self._moved(
            Move(to=to, by=away.email or "", by_name=away.name, how="re_routed", moved_at=at, inbox=inbox)
        )

    def re_delegated(self, to: Holder, inbox: list[Contact], authority: Authority, at: datetime) -> Self:
        """The council asks somebody else instead; what was filled in stays."""
        who = {"by": authority.code, "by_name": authority.brand.name}
        return self._moved(Move(to=to, **who, how="re_delegated", moved_at=at, inbox=inbox))

    def with_receipt(self, contribution_id: str, at: datetime) -> Self:
        """The council has the PDF; the first time counts. Of one that was sent back or replaced nothing follows."""
        submission = self.submission
        if submission is None or submission.received_at or self._is_over(contribution_id):
            return self
        return self._changed(submission=submission.model_copy(update={"received_at": at}))

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

    def with_reminder(self, reminder: Reminder) -> Self:
        """Of each step to each due date there is one."""
        known = {(each.step, each.due_on) for each in self.reminders}
        if (reminder.step, reminder.due_on) in known:
            return self
        return self._changed(reminders=[*self.reminders, reminder])

    def warned(self, at: datetime) -> Self:
        """The council was told that it goes soon; once."""
        return self if self.warned_at else self._changed(warned_at=at)

    def on_hold(self, at: datetime | None) -> Self:
        """A hold begins, or ends where there is no time; the first beginning counts."""
        if bool(self.held_at) == bool(at):
            return self
        return self._changed(held_at=at)

    def erased(self, at: datetime) -> Self:
        """What is left of it: ids and times."""
        return type(self)(
            task_id=self.task_id,
            authority=self.authority,
            delegation_id=self.delegation_id,
            reference=self.reference,
            version=self.version + 1,
            erased_at=at,
        )

    def with_erasure_by(self, service: str, at: datetime) -> Self:
        """A service has erased what it kept; the first time counts."""
        if service in self.erased_by:
            return self
        return self._changed(erased_by={**self.erased_by, service: at})

    def picked_up(self, by: Holder, at: datetime) -> Self:
        """A member of the work group takes it; Conflict says who has it where somebody was first."""
        if self.state == "in_group":
            return self._moved(Move(to=by, by=by.email or "", how="picked_up", moved_at=at))
        if self.state not in OPEN_STATES:
            raise Conflict("not_open", "This form is no longer waiting to be filled in.")
        holder = self.holder
        raise Conflict(
            "already_picked_up", "Somebody else has picked up this form.", holder=holder.name or holder.email
        )

    def re_assigned(self, to: Holder, inbox: list[Contact], by: Contact, at: datetime) -> Self:
        """Somebody who may gives it to somebody else, any number of times; dates and answers stay as they are."""
        if self.state not in (*OPEN_STATES, "in_group"):
            raise Conflict("not_open", "This form is no longer waiting to be filled in.")
        move = Move(to=to, by=by.email, by_name=by.name, how="re_assigned", moved_at=at, inbox=inbox)
        return self._moved(move)

    def taken_back(self, to: Holder, inbox: list[Contact], at: datetime) -> Self:
        """Whoever has it cannot be told of it: its work group has it back."""
        former = self.holder
        return self._moved(
            Move(to=to, by=former.email or "", by_name=former.name, how="undeliverable", moved_at=at, inbox=inbox)
        )

    def readdressed(self, to: Holder, at: datetime) -> Self:
        """Its holder has another address, in whatever state it is; dates and answers stay as they are."""
        return self._moved(Move(to=to, by=to.email or "", by_name=to.name, how="readdressed", moved_at=at))

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

    def with_snooze(self, until: date | None) -> Self:
        """Its holder's list is without it until then; None ends that. Nothing else changes, so nobody is told."""
        return self if self.snoozed_until == until else self._changed(snoozed_until=until)

    def _moved(self, move: Move) -> Self:
        """A snooze is its holder's own: it ends with them, and stays with them under another address."""
        until = self.snoozed_until if move.how == "readdressed" else None
        return self._changed(moves=[*self.moves, move], snoozed_until=until)

    def _changed(self, **changes: Any) -> Self:
        return self.model_copy(update={**changes, "version": self.version + 1})
