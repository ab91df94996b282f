"""Work groups, forms on offer and registrations, as others tell of them."""

from collections.abc import Sequence
from datetime import datetime

from chassis import clock
from chassis.authorities import Authorities
from chassis.errors import AlreadyHandled, Refused
from chassis.outbox import Outgoing, outgoing
from contracts.addresses import address_key
from contracts.auth import AccountChanged, AccountReaddressed, AccountRegistered
from contracts.council import AccountReset, Member, WorkGroupDefined
from contracts.forms import DefinitionPublished
from contracts.portal import AccountRegistered as AccountRegisteredToCouncil
from contracts.tasks import AccountResetAsked, Holder
from services.tasks import events
from services.tasks.model.form import OfferedForm
from services.tasks.model.person import RegisteredPerson
from services.tasks.model.record import LISTED_STATES
from services.tasks.model.task import Task
from services.tasks.model.work_group import WorkGroup, still_needed
from services.tasks.store import Stores
from services.tasks.usecases.changes import change_held_by
from services.tasks.usecases.naming import authorities_naming, heard_of
from services.tasks.usecases.profiles import Profiles

_MOST_NAMED = 20
"""The most forms that the answer to a council names."""


class People:
    """Who there is to delegate to, and what."""

    def __init__(self, stores: Stores, authorities: Authorities) -> None:
        self._stores = stores
        self._authorities = authorities
        self._profiles = Profiles(stores, authorities)

    async def define_work_group(self, message: WorkGroupDefined) -> None:
        """The whole group; the higher version wins. None is closed over forms that it has (ADR 0017)."""
        self._authorities.get(message.authority)
        if not message.members:
            await self._check_empty(message)
        members = await self._as_reached_now(message.members)
        for person in (await self._stores.people.registered([member.email for member in members])).values():
            await self._profiles.tell(person, [message.authority])
        await self._stores.work_groups.put(
            WorkGroup(
                authority=message.authority,
                work_group_id=message.work_group_id,
                name=message.name,
                email=message.email,
                members=members,
                version=message.version,
            )
        )

    async def _as_reached_now(self, members: Sequence[Member]) -> list[Member]:
        """A council may go on using an address that somebody has left."""
        now = await self._stores.people.now_at([member.email for member in members])
        moved = [
            member.model_copy(update={"email": now.get(address_key(member.email), member.email)}) for member in members
        ]
        return list({address_key(member.email): member for member in moved}.values())

    async def _check_empty(self, message: WorkGroupDefined) -> None:
        group = await self._stores.work_groups.get(message.authority, message.work_group_id)
        if group is None or group.version >= message.version:
            return
        if waiting := await self._stores.lists.waiting_in(message.authority, group.key, _MOST_NAMED + 1):
            raise still_needed(waiting[:_MOST_NAMED], has_more=len(waiting) > _MOST_NAMED)

    async def offer_form(self, event: DefinitionPublished) -> None:
        """A form may be delegated from now on."""
        await self._stores.forms.put(OfferedForm.model_validate(event.model_dump()))

    async def welcome(self, event: AccountRegistered) -> None:
        """Every authority that has named this person's address, or opened their account, is told that they have one."""
        naming = await authorities_naming(self._stores, self._authorities, event.person.email)
        told = [
            outgoing(
                AccountRegisteredToCouncil(
                    authority=authority,
                    email=event.person.email,
                    name=event.person.name,
                    role=event.role,
                    organisation=event.organisation,
                ),
                authority,
                event.account_id,
            )
            for authority in sorted({*naming, *event.opened_by})
        ]
        person = RegisteredPerson(
            account_id=event.account_id,
            email=event.person.email,
            name=event.person.name,
            role=event.role,
            organisation=event.organisation,
            registered_at=event.registered_at,
        )
        await self._stores.people.give_up(person.email)
        await self._stores.people.add(person, told)

    async def reset(self, message: AccountReset, message_id: str) -> None:
        """A council may open the account of somebody whom it has named again; of anybody else it learns nothing."""
        person = await self._stores.people.at(message.email)
        naming = await authorities_naming(self._stores, self._authorities, person.email) if person else []
        if person is None or message.authority not in naming:
            raise Refused("unknown_account", "Nobody whom you named has an account of this address.", field="/email")
        asked = AccountResetAsked(
            authority=message.authority, account_id=person.account_id, what=message.what, asked_at=clock.now()
        )
        await self._stores.people.tell(person.account_id, [outgoing(asked, message.authority, message_id)])

    async def readdress(self, event: AccountReaddressed) -> None:
        """Somebody has another address: their forms and their groups go with them, whatever address councils use."""
        email, former = event.person.email, event.former.email
        person = heard_of(await self._stores.people.readdress(event.account_id, email, former, event.readdressed_at))
        holder = Holder(kind="person", email=person.email, name=person.name)
        for address in person.former:
            await self._stores.work_groups.readdress(self._authorities.codes, address, person.email)
            await self._carry_over(address, holder, event.readdressed_at)
        await self._profiles.tell_all(person)

    async def rename(self, event: AccountChanged) -> None:
        """Somebody has another name: lists show it for the forms that they have, councils hear it beside a profile."""
        person = heard_of(await self._stores.people.rename(event))
        holder = Holder(kind="person", email=person.email, name=person.name)
        await self._carry_over(person.email, holder, event.changed_at)
        await self._profiles.tell_all(person)

    async def _carry_over(self, former: str, to: Holder, at: datetime) -> None:
        """What came since then to a mailbox that is somebody else's by now was meant for them.

        Councils and forms know people by their address: a name alone is no news for them.
        """
        is_renamed = address_key(former) == address_key(to.email or "")
        is_taken = not is_renamed and await self._stores.people.is_somebodys(former)

        async def decide(kept: Task | None) -> tuple[Task, list[Outgoing]]:
            if kept is None or not kept.is_held_by(former) or (is_taken and kept.held_since > at):
                raise AlreadyHandled(former)
            if kept.holder == to:
                raise AlreadyHandled(former)
            after = kept.readdressed(to, at)
            return after, events.of_move(kept, after) if kept.state in LISTED_STATES and not is_renamed else []

        await change_held_by(self._stores, self._authorities.codes, former, decide)
