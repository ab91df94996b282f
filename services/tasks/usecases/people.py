"""Work groups, forms on offer and registrations, as others tell of them."""

from chassis.authorities import Authorities
from chassis.outbox import outgoing
from contracts.auth import AccountRegistered
from contracts.council import WorkGroupDefined
from contracts.forms import DefinitionPublished
from contracts.portal import AccountRegistered as AccountRegisteredToCouncil
from services.tasks.model.form import OfferedForm
from services.tasks.model.person import RegisteredPerson
from services.tasks.model.work_group import WorkGroup, still_needed
from services.tasks.store import Stores

_MOST_NAMED = 20
"""The most forms that the answer to a council names."""


class People:
    """Who there is to delegate to, and what."""

    def __init__(self, stores: Stores, authorities: Authorities) -> None:
        self._stores = stores
        self._authorities = authorities

    async def define_work_group(self, message: WorkGroupDefined) -> None:
        """The whole group; the higher version wins. None is closed over forms that wait in it (ADR 0017)."""
        self._authorities.get(message.authority)
        if not message.members:
            await self._check_empty(message)
        await self._stores.work_groups.put(
            WorkGroup(
                authority=message.authority,
                work_group_id=message.work_group_id,
                name=message.name,
                email=message.email,
                members=message.members,
                version=message.version,
            )
        )

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
        """Every authority that has named this person's address is told that they registered."""
        codes = self._authorities.codes
        naming = set(await self._stores.tasks.authorities_naming(codes, event.person.email))
        groups = await self._stores.work_groups.of_member(codes, event.person.email)
        events = [
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
            for authority in sorted(naming | {group.authority for group in groups})
        ]
        person = RegisteredPerson(
            account_id=event.account_id,
            email=event.person.email,
            name=event.person.name,
            registered_at=event.registered_at,
        )
        await self._stores.people.add(person, events)
