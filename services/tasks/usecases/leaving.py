"""No form stays with a person who is not there.

Who has closed their account, who has left as their council says, whose mailbox takes no email.
"""

from datetime import datetime
from uuid import uuid4

from chassis import clock
from chassis.authorities import Authorities
from chassis.errors import AlreadyHandled, Refused, TryLater
from chassis.outbox import Outgoing, task_id_of
from contracts.addresses import address_key
from contracts.auth import AccountClosed
from contracts.base import Contact
from contracts.council import ProfessionalDeparted
from contracts.notify import EmailFailed
from services.tasks import events
from services.tasks.model.facts import Ask
from services.tasks.model.record import OPEN_STATES
from services.tasks.model.task import Task
from services.tasks.model.work_group import WorkGroup
from services.tasks.store import Stores
from services.tasks.usecases.changes import Plan, change_held_by
from services.tasks.usecases.naming import AGAIN_SECONDS, authorities_naming
from services.tasks.usecases.profiles import Profiles
from services.tasks.usecases.recipients import Recipient, Recipients
from services.tasks.usecases.work import group_of

_CLOSED = "The professional has closed their account in the portal."
_DEPARTED = "You told the portal that the professional has left."


class Leaving:
    """What becomes of the forms of somebody who has left."""

    def __init__(self, stores: Stores, authorities: Authorities, plan: Plan) -> None:
        self._stores = stores
        self._authorities = authorities
        self._plan = plan
        self._recipients = Recipients(stores)
        self._profiles = Profiles(stores, authorities)

    async def release(self, event: AccountClosed) -> None:
        """Each open form goes back to the work group that it was picked up from, else to the council, as declined.

        Where they were away, that ends with the account, and councils hear so.
        """
        person = await self._stores.people.get(event.account_id)
        if person and not person.is_gone and address_key(person.email) != address_key(event.person.email):
            raise TryLater(AGAIN_SECONDS, "their new address, and their forms with it, is on its way in another queue")

        async def decide(kept: Task | None) -> tuple[Task, list[Outgoing]]:
            if kept is None or not _waits_for(kept, event.person, event.closed_at):
                raise AlreadyHandled(event.account_id)
            if group := await self._open_group_of(kept):
                after = kept.re_assigned(group.as_holder, group.inbox, event.person, event.closed_at)
                await self._plan(after)
                return after, events.of_move(kept, after)
            after = kept.with_ask(_decline(event.person, _CLOSED, event.closed_at))
            return after, events.of_ask(after)

        naming = await authorities_naming(self._stores, self._authorities, event.person.email)
        told = [events.of_absence(code, event.account_id, event.person.email, None, event.closed_at) for code in naming]
        await change_held_by(self._stores, self._authorities.codes, event.person.email, decide)
        await self._stores.people.forget(event.account_id, event.closed_at, told)

    async def let_go(self, message: ProfessionalDeparted, waited_seconds: float) -> None:
        """The same of one council's forms, where it says so; all of them go to whoever it names."""
        person = await self._recipients.person(message.email)
        instead = await self._instead(message, person, waited_seconds)
        authority, at = self._authorities.get(message.authority), min(message.departed_at, clock.now())

        async def decide(kept: Task | None) -> tuple[Task, list[Outgoing]]:
            if kept is None or not _waits_for(kept, person, at):
                raise AlreadyHandled(message.authority)
            group = None if instead else await self._open_group_of(kept)
            to = Recipient(group.as_holder, group.inbox) if group else instead
            if to is not None:
                after = await self._recipients.re_delegated(kept, to, authority, clock.now())
                await self._plan(after)
                return after, events.of_move(kept, after)
            after = kept.with_ask(_decline(person, _DEPARTED, clock.now()))
            return after, events.of_ask(after)

        await change_held_by(self._stores, [message.authority], person.email, decide)

    async def take_back(self, event: EmailFailed) -> None:
        """A form that nobody has begun goes back to its work group; of one without, the council has heard."""

        async def decide(kept: Task | None) -> tuple[Task, list[Outgoing]]:
            if kept is None or kept.started_at or not _waits_for(kept, event.person, event.owed_at):
                raise AlreadyHandled(event.delegation_id)
            group = await self._open_group_of(kept)
            if group is None:
                raise AlreadyHandled(event.delegation_id)
            after = kept.taken_back(group.as_holder, group.inbox, clock.now())
            await self._plan(after)
            return after, events.of_move(kept, after)

        await self._stores.tasks.change(event.authority, task_id_of(event.authority, event.delegation_id), decide)

    async def _instead(self, message: ProfessionalDeparted, person: Contact, waited_seconds: float) -> Recipient | None:
        if message.assignee is None:
            return None
        to = await self._recipients.holder(message.authority, message.assignee, waited_seconds)
        if to.holder.kind == "person" and address_key(to.holder.email or "") == address_key(person.email):
            raise Refused("assignee_departed", "The forms cannot go to whoever has left.", field="/assignee/email")
        await self._profiles.tell_of(to.holder, message.authority)
        return to

    async def _open_group_of(self, task: Task) -> WorkGroup | None:
        group = await group_of(self._stores, task)
        return None if group is None or group.is_closed else group


def _waits_for(task: Task, person: Contact, at: datetime) -> bool:
    """Whether it waits for this person since then; what came to the address later is for whoever has it next."""
    if task.request is None or task.state not in OPEN_STATES:
        return False
    return task.is_held_by(person.email) and task.held_since <= at


def _decline(by: Contact, explanation: str, at: datetime) -> Ask:
    return Ask(
        ask_id=uuid4().hex,
        asked="decline",
        reason_code="no_longer_involved",
        explanation=explanation,
        by=by,
        asked_at=at,
    )
