"""What councils say of delegations, work groups and people."""

from datetime import timedelta

from chassis import clock
from contracts.council import (
    Assignee,
    Decision,
    DelegationAmended,
    DelegationDecided,
    DelegationRequested,
    DelegationRetracted,
    DelegationReturned,
    Member,
    ProfessionalDeparted,
    Sender,
    Subject,
    WorkGroupDefined,
)
from services.tasks.usecases.changes import PATIENCE_SECONDS
from tests.unit.tasks.life.stage import (
    Act,
    Delegation,
    How,
    Stage,
    happening,
    is_any,
    is_submitted,
    often,
    seldom,
    waits_for_an_answer,
)


class CouncilsSay(Stage):
    """Each message of a council that tasks hears about a form."""

    @happening(is_any)
    def council_requests(self, which: Delegation, to: Assignee, days: int, is_dated: bool, how: How) -> Act:
        message = DelegationRequested(
            authority=which[0],
            delegation_id=which[1],
            form="f",
            subject=Subject(person_id="P-1", name="Gabriel Example"),
            assignee=to,
            sender=Sender(name="Chloe Officer"),
            due_on=clock.today() + timedelta(days=days) if is_dated else None,
        )
        return self.comes("requests", how, lambda _: self.service.delegations.request(message, PATIENCE_SECONDS))

    @happening(is_any)
    def council_amends(self, which: Delegation, days: int, is_dated: bool, hours_ago: int, how: How) -> Act:
        message = DelegationAmended(
            authority=which[0],
            delegation_id=which[1],
            due_on=clock.today() + timedelta(days=days) if is_dated else None,
            comments=None if is_dated else f"From {hours_ago} hours ago",
            amended_at=clock.now() - timedelta(hours=hours_ago),
        )
        return self.comes("amends", how, lambda message_id: self.service.delegations.amend(message, message_id))

    @seldom(is_any)
    def council_retracts(self, which: Delegation, how: How) -> Act:
        message = DelegationRetracted(authority=which[0], delegation_id=which[1], reason="Moved")
        return self.comes("retracts", how, lambda _: self.service.delegations.retract(message))

    @often(is_submitted)
    def council_sends_back(self, which: Delegation, days: int, is_dated: bool, is_new: bool, how: How) -> Act:
        which = self.fitting(which, is_submitted)
        message = DelegationReturned(
            authority=which[0],
            delegation_id=which[1],
            comments="What about reading?",
            due_on=clock.today() + timedelta(days=days) if is_dated else None,
            contribution_id=self.task(which).contribution_id if is_new else None,
        )
        send_back = self.service.delegations.send_back
        return self.comes("sends back", how, lambda message_id: send_back(message, message_id, PATIENCE_SECONDS))

    @often(waits_for_an_answer)
    def council_decides(self, which: Delegation, decision: Decision, to: Assignee, how: How) -> Act:
        which = self.fitting(which, waits_for_an_answer)
        task = self.task(which)
        waiting = task.waiting_ask if task.request is not None else None
        message = DelegationDecided(
            authority=which[0],
            delegation_id=which[1],
            decision=decision,
            assignee=to if decision == "re-delegated" else None,
            ask_id=waiting.ask_id if waiting else None,
        )
        answer = self.service.asks.answer
        return self.comes("decides", how, lambda message_id: answer(message, message_id, PATIENCE_SECONDS))

    @seldom(is_any)
    def council_redefines_a_group(self, authority: str, group: str, members: set[str], is_new: bool, how: How) -> Act:
        named = [(name, number == 0) for number, name in enumerate(sorted(members))]
        act = self.definition(authority, group, named, self.version_of(authority, group) + is_new)
        return self.comes(act.name, how, act.do)

    @seldom(is_any)
    def council_closes_a_group(self, authority: str, group: str) -> None:
        """By itself: what is accepted in the very instant may wait in it (ADR 0017)."""
        act = self.definition(authority, group, [], self.version_of(authority, group) + 1)
        self.comes(act.name, "twice", act.do)

    def version_of(self, authority: str, group: str) -> int:
        return self.seen.groups[f"{authority}:{group}"].version

    def definition(self, authority: str, group: str, members: list[tuple[str, bool]], version: int) -> Act:
        message = WorkGroupDefined(
            authority=authority,
            work_group_id=group,
            name=group,
            members=[Member(email=f"{name}@school.example", is_manager=is_manager) for name, is_manager in members],
            version=version,
        )
        return Act("defines", lambda _: self.service.people.define_work_group(message), "")

    @seldom(is_any)
    def somebody_departs(self, authority: str, name: str, instead: Assignee | None, hours_ago: int, how: How) -> Act:
        """What they were given after that they keep; of what they had before nothing stays with them."""
        at, before = clock.now() - timedelta(hours=hours_ago), self.tasks
        email = f"{name}@school.example"
        message = ProfessionalDeparted(authority=authority, email=email, assignee=instead, departed_at=at)
        let_go = self.service.leaving.let_go
        act = self.comes("departs", how, lambda _: let_go(message, PATIENCE_SECONDS))
        for task in self.open_with(name, before):
            is_theirs = task.held_since > at or task.authority != authority
            assert self.tasks[task.task_id] == task or not is_theirs, "what is theirs is taken"
            stays = how != "later" and "refused" not in self.outcomes and email == task.holder.email
            assert is_theirs or not stays or self.tasks[task.task_id] != task, "it waits for nobody"
        return act
