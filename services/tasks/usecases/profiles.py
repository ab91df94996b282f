"""What professionals keep about their work: told to every council that names them, and to no other."""

from collections.abc import Sequence

from chassis.authorities import Authorities
from chassis.outbox import Outgoing, outgoing
from contracts.auth import ProfileChanged
from contracts.portal import ProfileTold
from contracts.tasks import Holder
from services.tasks.model.person import RegisteredPerson
from services.tasks.store import Stores
from services.tasks.usecases.naming import authorities_naming, heard_of


class Profiles:
    """Profiles of whoever has registered."""

    def __init__(self, stores: Stores, authorities: Authorities) -> None:
        self._stores = stores
        self._authorities = authorities

    async def keep(self, event: ProfileChanged) -> None:
        """Somebody keeps another profile; every council that has named them hears of it."""
        await self.tell_all(heard_of(await self._stores.people.keep_profile(event)))

    async def tell_all(self, person: RegisteredPerson) -> None:
        """Something that councils know of somebody has changed."""
        await self.tell(person, await authorities_naming(self._stores, self._authorities, person.email))

    async def tell(self, person: RegisteredPerson, authorities: Sequence[str]) -> None:
        """These authorities name somebody: who does not know their profile hears of it, once."""
        if person.untold(authorities):
            await self._stores.people.tell_profile(person.account_id, authorities, _told)

    async def tell_of(self, holder: Holder, authority: str) -> None:
        """The same of whoever a council gives a form to."""
        person = await self._stores.people.at(holder.email) if holder.email else None
        if person is not None:
            await self.tell(person, [authority])


def _told(person: RegisteredPerson, authority: str) -> Outgoing:
    message = ProfileTold(
        authority=authority,
        email=person.email,
        name=person.name,
        role=person.role or None,
        organisation=person.organisation or None,
        profile=person.profile,
        changed_at=person.said_at,
    )
    return outgoing(message, authority, person.account_id, person.said_at.isoformat())
