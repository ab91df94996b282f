"""Who wants one email a day."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from pymongo import ASCENDING, IndexModel

from chassis.database import OutboxCollection
from chassis.documents import Key
from chassis.keys import Finder
from chassis.outbox import Outgoing
from chassis.repository import Mapper, Repository
from contracts.addresses import address_key
from contracts.base import EVERYBODYS
from services.notify.model import DigestChoice


class ChoiceStore:
    """The choices of accounts, found by the addresses that these have."""

    def __init__(self, documents: OutboxCollection, finder: Finder) -> None:
        self._choices = Repository(documents, Mapper(DigestChoice, id_field="account_id"), authority_field="owner")
        self._finder = finder

    async def open(self) -> None:
        """Makes the index."""
        await self._choices.ensure_indexes([IndexModel([("address_hash", ASCENDING)])])

    async def accounts_at(self, addresses: Collection[str]) -> dict[str, str]:
        """The accounts that want one email a day, of those at these addresses, by address.

        An address that has just changed hands may be known as two accounts' for a moment: it is the later one's.
        """
        hashes = {self._hash(address): address_key(address) for address in addresses}
        found = await self._choices.find(
            [EVERYBODYS],
            {"address_hash": {"$in": list(hashes)}},
            sort=[("addressed_at", ASCENDING)],
            limit=2 * len(hashes),
        )
        latest = {hashes[choice.address_hash]: choice for choice in found}
        return {address: choice.account_id for address, choice in latest.items() if choice.is_wanted}

    async def choose(self, account_id: str, address: str, at: datetime, *, is_wanted: bool) -> DigestChoice:
        """What its owner wants since then."""
        return await self._change(account_id, lambda kept: kept.chosen(self._hash(address), at, is_wanted=is_wanted))

    async def readdress(self, account_id: str, address: str, at: datetime) -> DigestChoice:
        """It has this address since then, whether anything was chosen or not: that may be heard later."""
        return await self._change(account_id, lambda kept: kept.readdressed(self._hash(address), at))

    async def close(self, account_id: str) -> None:
        """Its owner has closed it, also where a choice is heard only later."""
        await self._change(account_id, DigestChoice.closed)

    async def _change(self, account_id: str, change: Callable[[DigestChoice], DigestChoice]) -> DigestChoice:
        async def decide(kept: DigestChoice | None) -> tuple[DigestChoice, Sequence[Outgoing]]:
            return change(kept or DigestChoice(account_id=account_id)), []

        return await self._choices.change(Key(EVERYBODYS, account_id), decide)

    def _hash(self, address: str) -> str:
        return self._finder("address", address_key(address))
