"""What other services tell tasks: of contributions, accounts and emails."""

from dataclasses import replace

from chassis import clock
from chassis.identity import Professional
from chassis.outbox import task_id_of
from contracts.auth import AccountChanged, AccountClosed, AccountReaddressed, AccountRegistered
from contracts.base import Contact
from contracts.forms import ContributionStarted, ContributionSubmitted
from contracts.notify import EmailFailed
from tests.unit.tasks.life.stage import (
    NAMES,
    Act,
    Delegation,
    How,
    Stage,
    happening,
    is_any,
    is_open,
    is_open_to_forms,
    seldom,
)


class OthersTell(Stage):
    """Each event that changes a form, whose it is, or who somebody is."""

    @happening(is_any)
    def somebody_begins(self, which: Delegation, how: How) -> Act:
        event = ContributionStarted(
            task_id=task_id_of(*which), authority=which[0], delegation_id=which[1], started_at=clock.now()
        )
        return self.comes("begins", how, lambda _: self.service.delegations.note_start(event))

    @happening(is_open_to_forms)
    def somebody_submits(self, which: Delegation, how: How) -> Act | None:
        """What forms takes from whoever may submit: one contribution a round, and one of each addendum."""
        task = self.task(self.fitting(which, is_open_to_forms))
        if not is_open_to_forms(task):
            return None
        replaces = task.submission.contribution_id if task.submission else None
        event = ContributionSubmitted(
            contribution_id=task.addendum.addendum_id if task.addendum else f"{task.task_id} {len(task.returns)}",
            task_id=task.task_id,
            authority=task.authority,
            delegation_id=task.delegation_id,
            form="f",
            file_ids=[],
            receipt="r",
            person=Contact(email=task.holder.email or ""),
            submitted_at=clock.now(),
            replaces=replaces,
        )
        return self.comes("submits", how, lambda _: self.service.delegations.complete(event))

    @happening(is_open)
    def an_email_is_refused(self, which: Delegation, by: str, how: How) -> Act:
        which = self.fitting(which, is_open)
        email = self.email_of(self.one(by, which))
        event = EmailFailed(
            authority=which[0], delegation_id=which[1], person=Contact(email=email), owed_at=clock.now()
        )
        return self.comes("fails", how, lambda _: self.service.leaving.take_back(event))

    @seldom(is_any)
    def somebody_closes_their_account(self, name: str, how: How) -> Act | None:
        """No form stays with a person who is not there."""
        if name not in self.people:
            return None
        person = self.people.pop(name)
        contact = Contact(email=person.email, name=person.name)
        event = AccountClosed(account_id=person.account_id, authority="bristol", person=contact, closed_at=clock.now())
        act = self.comes("closes", how, lambda _: self.service.leaving.release(event))
        assert how == "later" or "not yet" in self.outcomes or not self.open_with(name, self.tasks)
        return act

    @seldom(is_any)
    def somebody_registers_again(self) -> None:
        for name in NAMES:
            if name not in self.people:
                self.happens(self.registration(name))

    def registration(self, name: str) -> Act:
        person = Professional(self.next_id(), f"{name}@school.example", name.title())
        self.people[name] = person
        event = AccountRegistered(
            account_id=person.account_id,
            authority="bristol",
            person=Contact(email=person.email, name=person.name),
            registered_at=clock.now(),
        )
        return Act("registers", lambda _: self.service.people.welcome(event), "")

    def email_of(self, name: str) -> str:
        return self.people[name].email if name in self.people else f"{name}@school.example"

    @seldom(is_any)
    def somebody_has_another_address(self, name: str, how: How) -> Act | None:
        if name not in self.people:
            return None
        person = self.people[name]
        email = f"{name}@trust.example" if person.email.endswith("school.example") else f"{name}@school.example"
        event = AccountReaddressed(
            account_id=person.account_id,
            authority="bristol",
            person=Contact(email=email, name=person.name),
            former=Contact(email=person.email, name=person.name),
            readdressed_at=clock.now(),
        )
        self.people[name] = replace(person, email=email)
        return self.comes("moves house", how, lambda _: self.service.people.readdress(event))

    @seldom(is_any)
    def somebody_has_another_name(self, name: str, how: How) -> Act | None:
        if name not in self.people:
            return None
        person = replace(self.people[name], name=f"{name.title()} {self.next_id()}")
        self.people[name] = person
        event = AccountChanged(
            account_id=person.account_id,
            authority="bristol",
            person=Contact(email=person.email, name=person.name),
            changed_at=clock.now(),
        )
        return self.comes("is renamed", how, lambda _: self.service.people.rename(event))
