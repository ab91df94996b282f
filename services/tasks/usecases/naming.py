"""Whether somebody is known here, and to which councils: what concerns them is told to these, and to no other."""

from chassis.authorities import Authorities
from chassis.errors import AlreadyHandled, TryLater
from services.tasks.model.person import RegisteredPerson
from services.tasks.store import Stores

AGAIN_SECONDS = 5
"""So soon a message is looked at again for which another one has to come first."""


def heard_of(person: RegisteredPerson | None) -> RegisteredPerson:
    """Somebody of whom something was heard: TryLater before their registration, AlreadyHandled after they have left."""
    if person is None:
        raise TryLater(AGAIN_SECONDS, "their registration is on its way in another queue")
    if person.is_gone:
        raise AlreadyHandled(person.account_id)
    return person


async def authorities_naming(stores: Stores, authorities: Authorities, email: str) -> list[str]:
    """Those that have delegated something to this address, or have it in a work group; by code."""
    codes = authorities.codes
    naming = set(await stores.tasks.authorities_naming(codes, email))
    groups = await stores.work_groups.of_member(codes, email)
    return sorted(naming | {group.authority for group in groups})
