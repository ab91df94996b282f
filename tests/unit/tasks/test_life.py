"""Whatever people and the council do with a form, in any order and twice: one holder, one clock, no answer lost."""

from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chassis.errors import Conflict
from contracts.base import Contact
from contracts.council import DelegationReturned
from contracts.tasks import Holder
from services.tasks.model.facts import Amendment, Answer, Ask, Reminder, Retraction, SubmissionFact
from services.tasks.model.record import LISTED_STATES
from services.tasks.model.task import Task
from tests.unit.tasks.test_task import BLANK, BRISTOL, NOW, a_request

PEOPLE = [Holder(kind="person", email=f"p{number}@school.example", name=f"P {number}") for number in range(3)]
GROUP = Holder(kind="work_group", work_group_id="g", name="G")
HOLDERS = st.sampled_from([*PEOPLE, GROUP])
PERSONS = st.sampled_from(PEOPLE)


class Life(RuleBasedStateMachine):
    """Time goes on by a minute with everything that happens."""

    def __init__(self) -> None:
        super().__init__()
        self.task = BLANK
        self.minutes = 0
        self.numbers = 0

    def now(self) -> datetime:
        self.minutes += 1
        return NOW + timedelta(minutes=self.minutes)

    def next_id(self) -> str:
        self.numbers += 1
        return f"id-{self.numbers}"

    def become(self, after: Task) -> None:
        """Every change counts one up; where it changes who may edit, grants of before are void."""
        before = self.task
        assert after is before or after.version > before.version
        assert after.access_version >= before.access_version
        if before.request is not None and self.editors(before) - self.editors(after) and after.submission is None:
            assert after.access_version > before.access_version
        self.task = after

    @staticmethod
    def editors(task: Task) -> set[str]:
        return {
            one.email or ""
            for one in PEOPLE
            if task.request is not None and "edit" in task.rights_of(one.email or "", BRISTOL, NOW)
        }

    @initialize(
        instead=st.none() | HOLDERS,
        due_on=st.sampled_from([date(2026, 5, 1), None]),
        internal_due_on=st.sampled_from([date(2026, 4, 17), None]),
        works_to=st.sampled_from(["due_date", "internal_date"]),
    )
    def is_requested(
        self, instead: Holder | None, due_on: date | None, internal_due_on: date | None, works_to: str
    ) -> None:
        """Of somebody who is away it goes to their substitute in the same write."""
        request = a_request(due_on=due_on, internal_due_on=internal_due_on, works_to=works_to)
        requested = self.task.with_request(request)
        self.become(requested.re_routed(instead, [], self.now()) if instead else requested)
        assert self.task.holder == (instead or requested.holder)
        assert self.task.due_on == requested.due_on

    @rule(days=st.integers(-30, 60))
    def council_asks_for_it_sooner(self, days: int) -> None:
        due_on, internal = self.task.due_on, date(2026, 5, 1) + timedelta(days=days)
        change = Amendment(message_id=self.next_id(), amended_at=self.now(), internal_due_on=internal)
        self.become(self.task.with_amendment(change))
        is_sooner = due_on is None or internal < due_on
        assert (self.task.due_on, self.task.internal_due_on) == (due_on, internal if is_sooner else None)

    @rule(days=st.integers(-30, 60))
    def council_amends(self, days: int) -> None:
        change = Amendment(
            message_id=self.next_id(), amended_at=self.now(), due_on=date(2026, 5, 1) + timedelta(days=days)
        )
        self.become(self.task.with_amendment(change))
        assert self.task.due_on == change.due_on
        assert self.task.with_amendment(change) is self.task

    @rule()
    def council_retracts(self) -> None:
        self.become(self.task.with_retraction(Retraction(reason="", retracted_at=self.now())))

    @rule(to=HOLDERS)
    def somebody_re_assigns(self, to: Holder) -> None:
        self.attempt(lambda: self.task.re_assigned(to, [], Contact(email="m@school.example"), self.now()))

    @precondition(lambda self: self.task.state == "in_group")
    @rule(by=PERSONS)
    def a_member_picks_up(self, by: Holder) -> None:
        self.become(self.task.picked_up(by, self.now()))

    @precondition(lambda self: self.task.state in ("assigned", "returned"))
    @rule()
    def the_holders_mailbox_takes_no_email(self) -> None:
        former = self.task.holder.email or ""
        self.become(self.task.taken_back(GROUP, [], self.now()))
        assert self.task.state == "in_group"
        assert not self.task.was_taken_from(former)

    @rule(to=PERSONS)
    def the_holder_has_another_address(self, to: Holder) -> None:
        if self.task.holder.kind == "person":
            state = self.task.state
            self.become(self.task.readdressed(to, self.now()))
            assert self.task.state == state

    @rule(asked=st.sampled_from(["decline", "part-decline", "extension"]), days=st.integers(1, 90))
    def something_is_asked(self, asked: str, days: int) -> None:
        before, due_on = self.task, self.task.due_on
        ask = Ask.model_validate(
            {
                "ask_id": self.next_id(),
                "asked": asked,
                "reason_code": "other",
                "explanation": "Why",
                "until": (due_on or NOW.date()) + timedelta(days=days) if asked == "extension" else None,
                "sections": [{"key": f"s{days}", "title": "Part"}] if asked == "part-decline" else [],
                "by": {"email": self.task.holder.email or "p0@school.example"},
                "asked_at": self.now(),
            }
        )
        if self.attempt(lambda: self.task.with_ask(ask)):
            assert self.task.due_on == due_on, "no clock stops for a question"
            assert self.task.left_out == before.left_out, "nothing is left out before the council says so"
            assert asked == "decline" or self.editors(self.task) == self.editors(before)
            assert self.task.with_ask(ask) is self.task

    @rule(decision=st.sampled_from(["accepted", "refused", "re-delegated"]), to=HOLDERS)
    def council_decides(self, decision: str, to: Holder) -> None:
        ask = self.task.waiting_ask if self.task.is_open else None
        if ask is None or (ask.asked, decision) == ("part-decline", "re-delegated"):
            return
        left_out = self.task.left_out
        answer = Answer.model_validate(
            {
                "message_id": self.next_id(),
                "decision": decision,
                "comments": "",
                "due_on": None,
                "decided_at": self.now(),
            }
        )
        answered = self.task.with_answer(answer)
        if decision == "re-delegated":
            answered = answered.re_delegated(to, [], BRISTOL, self.now())
            assert answered.holder == to
        elif decision == "accepted" and ask.asked == "decline":
            answered = answered.with_retraction(Retraction(reason="", retracted_at=self.now()))
        elif (ask.asked, decision) == ("extension", "accepted"):
            assert answered.due_on == ask.until
        elif decision == "accepted":
            left_out += [section.key for section in ask.sections]
        self.become(answered)
        assert self.task.left_out == left_out
        assert self.task.waiting_ask is None

    @rule()
    def forms_tells_of_a_submission(self) -> None:
        fact = SubmissionFact(
            contribution_id=self.next_id(), receipt="r", by=Contact(email="p0@school.example"), submitted_at=self.now()
        )
        self.become(self.task.with_submission(fact))
        assert self.task.state == "submitted"

    @precondition(lambda self: self.task.submission is not None)
    @rule()
    def council_sends_back(self) -> None:
        message = DelegationReturned.model_validate({"authority": "bristol", "delegation_id": "d"})
        self.become(self.task.with_return(message, self.next_id(), self.now()))

    @rule(step=st.integers(-3, 3))
    def the_holder_is_reminded(self, step: int) -> None:
        if (due_on := self.task.due_on) is None:
            return
        reminder = Reminder(step=step, due_on=due_on, sent_at=self.now())
        self.become(self.task.with_reminder(reminder))
        assert self.task.with_reminder(reminder) is self.task

    def attempt(self, change: Any) -> bool:
        """What is over, or waits for the council, refuses; nothing else does."""
        is_possible = self.task.state not in {"submitted", "retracted", "declined"}
        try:
            self.become(change())
        except Conflict:
            assert not is_possible
            return False
        return True

    @invariant()
    def one_person_at_most_may_edit(self) -> None:
        if self.task.request is None:
            return
        editors = self.editors(self.task)
        assert len(editors) <= 1
        assert not editors or self.task.is_held_by(next(iter(editors)))
        assert bool(editors) is (self.task.state in {"assigned", "returned"} and self.task.holder in PEOPLE)

    @invariant()
    def its_holder_works_to_a_date_that_there_is_and_to_none_after_the_due_date(self) -> None:
        if self.task.request is None:
            return
        due_on, internal, target = self.task.due_on, self.task.internal_due_on, self.task.target_on
        assert target in {due_on, internal}
        assert (target is None) is (due_on is internal is None)
        if due_on and target:
            assert target <= due_on
            assert target == due_on or self.task.request.works_to == "internal_date"

    @invariant()
    def it_stands_in_exactly_one_place(self) -> None:
        if self.task.request is not None:
            places = [
                self.task.state in LISTED_STATES,
                self.task.state == "in_group",
                self.task.state in {"submitted", "retracted"},
            ]
            assert places.count(True) == 1

    @invariant()
    def a_declined_form_waits_for_an_answer(self) -> None:
        if self.task.request is not None and self.task.state == "declined":
            assert self.task.waiting_ask is not None
            assert self.task.rights_of(self.task.holder.email or "", BRISTOL, NOW) in (["read"], [])


TestLife = Life.TestCase
