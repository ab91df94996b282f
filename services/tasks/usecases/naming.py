"""Which councils know somebody: what concerns that person is told to these, and to no other."""

from chassis.authorities import Authorities
from services.tasks.store import Stores


async def authorities_naming(stores: Stores, authorities: Authorities, email: str) -> list[str]:
    """Those that have delegated something to this address, or have it in a work group; by code."""
    codes = authorities.codes
    naming = set(await stores.tasks.authorities_naming(codes, email))
    groups = await stores.work_groups.of_member(codes, email)
    return sorted(naming | {group.authority for group in groups})
