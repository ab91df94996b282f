"""A task is what has been said about it: facts in any order give the same task. No I/O, no clock, no async."""

from datetime import date, datetime
from typing import Any, Self

from chassis.errors import Conflict, Refused
from contracts.authority import Authority
from contracts.base import Contact
from contracts.council import DelegationReturned
from contracts.tasks import Holder
from services.tasks.model.facts import (
    Addendum,
    Amendment,
    Answer,
    Ask,
    Move,
    MoveKind,
    Reminder,
    Request,
    Retraction,
    Return,
    SubmissionFact,
)
from services.tasks.model.record import OPEN_STATES, TaskRecord

MOST_AMENDMENTS = 500
MOST_AMENDED_BYTES = 8 * 1024 * 1024
"""Of all amendments of a task: it is one document with all that was said of it, and such a document has 16 MB."""
MOST_MOVES = 500
"""By people and by the council's decisions; whatever has to move it, such as the end of an account, still does."""


class Task(TaskRecord):
    """One delegation's work, and what each thing that is said makes of it."""

    def with_reference(self, reference: str) -> Self:
        """The first one stays."""
        return self if self.reference else self.model_copy(update={"reference": reference})

    def with_request(self, request: Request) -> Self:
        """The delegation has arrived."""
        return self._changed(request=request)

    def with_amendment(self, amendment: Amendment) -> Self:
        """The council's change in its place by time, whenever it arrived; the same one twice changes nothing.

        Refused where there are as many as a task takes.
        """
        if any(known.message_id == amendment.message_id for known in self.amendments):
            return self
        ordered = sorted([*self.amendments, amendment], key=lambda change: (change.amended_at, change.message_id))
        size = sum(len(change.model_dump_json()) for change in ordered)
        if len(ordered) > MOST_AMENDMENTS or size > MOST_AMENDED_BYTES:
            detail = f"A delegation takes {MOST_AMENDMENTS} amendments, of 8 MB together. Retract it and delegate anew."
            raise Refused("too_many_amendments", detail, field="/delegation_id")
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

    def re_routed(self, to: Holder, inbox: list[Contact], at: datetime) -> Self:
        """Whoever it was meant for is away: their substitute has it from the start."""
        away = self.holder
        return self._moved(
            Move(to=to, by=away.email or "", by_name=away.name, how="re_routed", moved_at=at, inbox=inbox)
        )

    def re_delegated(
        self, to: Holder, inbox: list[Contact], authority: Authority, at: datetime, *, is_re_routed: bool = False
    ) -> Self:
        """The council asks somebody else instead, or gets whoever stands in for them; what was filled in stays."""
        how: MoveKind = "re_routed" if is_re_routed else "re_delegated"
        code, name = authority.code, authority.brand.name
        return self._moved(Move(to=to, by=code, by_name=name, how=how, moved_at=at, inbox=inbox))

    def with_receipt(self, contribution_id: str, at: datetime) -> Self:
        """The council has the PDF; the first time counts. Of one that was sent back or replaced nothing follows."""
        submission = self.submission
        if submission is None or submission.received_at or self._is_over(contribution_id):
            return self
        return self._changed(submission=submission.model_copy(update={"received_at": at}))

    def with_reminder(self, reminder: Reminder) -> Self:
        """Of each step to each due date there is one, and of each from a day on which it was given."""
        known = {(each.step, each.due_on, each.given_on) for each in self.reminders}
        if (reminder.step, reminder.due_on, reminder.given_on) in known:
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

    def re_assigned(
        self, to: Holder, inbox: list[Contact], by: Contact, at: datetime, *, within_group: bool = False
    ) -> Self:
        """Somebody who may gives it to somebody else, any number of times; dates and answers stay as they are."""
        if self.state not in (*OPEN_STATES, "in_group"):
            raise Conflict("not_open", "This form is no longer waiting to be filled in.")
        who = {"by": by.email, "by_name": by.name}
        move = Move(to=to, **who, how="re_assigned", moved_at=at, inbox=inbox, within_group=within_group)
        return self._moved(move)

    def check_moves(self) -> None:
        """Conflict where it has changed hands so often that nobody moves it any more."""
        if len(self.moves) >= MOST_MOVES:
            raise Conflict("too_many_moves", f"This form has changed hands {MOST_MOVES} times, and stays where it is.")

    def taken_back(self, to: Holder, inbox: list[Contact], at: datetime) -> Self:
        """Whoever has it cannot be told of it: its work group has it back."""
        former = self.holder
        return self._moved(
            Move(to=to, by=former.email or "", by_name=former.name, how="undeliverable", moved_at=at, inbox=inbox)
        )

    def readdressed(self, to: Holder, at: datetime) -> Self:
        """Its holder has another address, in whatever state it is; dates and answers stay as they are."""
        return self._moved(Move(to=to, by=to.email or "", by_name=to.name, how="readdressed", moved_at=at))

    def with_snooze(self, until: date | None) -> Self:
        """Its holder's list is without it until then; None ends that. Nothing else changes, so nobody is told."""
        return self if self.snoozed_until == until else self._changed(snoozed_until=until)

    def seen(self, at: datetime) -> Self:
        """Whoever has it has opened it. Nobody is told."""
        return self._changed(seen_at=at)

    def _moved(self, move: Move) -> Self:
        """A snooze and what was seen are its holder's own: they end with them, and stay under another address."""
        own = {} if move.how == "readdressed" else {"snoozed_until": None, "seen_at": None}
        return self._changed(moves=[*self.moves, move], **own)

    def _changed(self, **changes: Any) -> Self:
        return self.model_copy(update={**changes, "version": self.version + 1})
