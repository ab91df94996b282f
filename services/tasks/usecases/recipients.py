"""Whom a council means by an assignee: the group as it defined it, the person where they are reached now."""

from datetime import datetime
from typing import NamedTuple

from chassis import clock
from chassis.errors import Refused, TryLater
from contracts.addresses import address_key
from contracts.authority import Authority
from contracts.base import Contact
from contracts.council import Assignee, PersonAssignee, WorkGroupAssignee
from contracts.tasks import Holder
from services.tasks.events import as_assignee
from services.tasks.model.absence import MOST_HOPS
from services.tasks.model.facts import Request, is_held_as
from services.tasks.model.person import RegisteredPerson
from services.tasks.model.task import Task
from services.tasks.model.work_group import WorkGroup
from services.tasks.store import Stores
from services.tasks.usecases.changes import PATIENCE_SECONDS


class Recipient(NamedTuple):
    """Who gets a form, and where the mail of a work group goes."""

    holder: Holder
    inbox: list[Contact]


class Recipients:
    """Who gets a form."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    async def group(self, authority: str, assignee: Assignee, waited_seconds: float) -> WorkGroup | None:
        """An open work group, waited for where it may be on its way; None for a person."""
        if not isinstance(assignee, WorkGroupAssignee):
            return None
        group = await self._stores.work_groups.get(authority, assignee.work_group_id)
        if group is not None and not group.is_closed:
            return group
        if waited_seconds < PATIENCE_SECONDS:
            raise TryLater(1, "the work group may be on its way")
        raise Refused("unknown_work_group", "There is no open work group of this id.", field="/assignee/work_group_id")

    async def as_reached_now(self, assignee: Assignee) -> tuple[Assignee, RegisteredPerson | None]:
        """A council may go on using an address that somebody has left; who it is, where they have registered."""
        if not isinstance(assignee, PersonAssignee):
            return assignee, None
        person = await self._stores.people.at(assignee.email)
        if person is None or address_key(person.email) == address_key(assignee.email):
            return assignee, person
        return assignee.model_copy(update={"email": person.email}), person

    async def re_delegated(self, task: Task, to: Recipient, authority: Authority, at: datetime) -> Task:
        """The task with whoever its council gives it to instead, or with whoever stands in for them just now.

        Never with its present holder: the council gives it to somebody else than them.
        """
        away = await self._stores.people.at(to.holder.email) if to.holder.email else None
        instead = await self.instead_of(away, task.authority, task.requested) if away else None
        if instead is None or is_held_as(instead.holder, as_assignee(task.holder)):
            return task.re_delegated(*to, authority, at)
        return task.re_delegated(*instead, authority, at, is_re_routed=True)

    async def instead_of(self, away: RegisteredPerson, authority: str, request: Request) -> Recipient | None:
        """Who gets a form in the place of somebody who is away; None where it waits for them, or is confidential.

        A substitute who is away too passes it on, three times at most; where that leads in a circle, or out of the
        authority's work groups, it stays with whoever it was meant for.
        """
        if request.confidential:
            return None
        today, seen, person = clock.today(), {address_key(away.email)}, away
        for _ in range(MOST_HOPS):
            absence = person.away_on(today)
            to = absence.substitute(authority, request.form) if absence else None
            if to is None:
                break
            if isinstance(to, WorkGroupAssignee):
                return await self._group_instead(person, authority, to.work_group_id)
            next_one = await self._colleague(person, authority, to.email)
            if next_one is None or address_key(next_one.email) in seen:
                return None
            seen.add(address_key(next_one.email))
            person = next_one
        if person is away or person.away_on(today):
            return None
        return Recipient(Holder(kind="person", email=person.email, name=person.name), [])

    async def _group_instead(self, person: RegisteredPerson, authority: str, work_group_id: str) -> Recipient | None:
        group = await self._stores.work_groups.get(authority, work_group_id)
        if group is None or not group.has_member(person.email):
            return None
        return Recipient(group.as_holder, group.inbox)

    async def _colleague(self, person: RegisteredPerson, authority: str, email: str) -> RegisteredPerson | None:
        """Who shares a group of the authority, and has registered."""
        colleague = await self._stores.people.at(email)
        if colleague is None or not await self._stores.work_groups.holds_both(authority, person.email, colleague.email):
            return None
        return colleague

    async def person(self, email: str) -> Contact:
        """Whom a council means by an address; without a name where they have not registered."""
        person = await self._stores.people.at(email)
        return Contact(email=person.email, name=person.name) if person else Contact(email=email)

    async def holder(self, authority: str, assignee: Assignee, waited_seconds: float) -> Recipient:
        """The assignee as a task's holder."""
        group = await self.group(authority, assignee, waited_seconds)
        if group is not None:
            return Recipient(group.as_holder, group.inbox)
        reached, person = await self.as_reached_now(assignee)
        email = reached.email if isinstance(reached, PersonAssignee) else ""
        return Recipient(Holder(kind="person", email=email, name=person.name if person else ""), [])
