"""Whether an account's owner wants one email a day, by whatever order it is heard in. No I/O."""

from datetime import datetime
from typing import Self

from pydantic import AwareDatetime

from contracts.base import EVERYBODYS, Value


class DigestChoice(Value):
    """An account's choice; found by a keyed hash of the address that it has now. It is no authority's."""

    account_id: str
    owner: str = EVERYBODYS
    address_hash: str = ""
    addressed_at: AwareDatetime | None = None
    """Since when it has this address, as far as is known."""
    is_wanted: bool = False
    changed_at: AwareDatetime | None = None
    is_closed: bool = False

    def chosen(self, address_hash: str, at: datetime, *, is_wanted: bool) -> Self:
        """Its owner wants this since then; of two choices the later one counts."""
        known = self.readdressed(address_hash, at)
        if self.is_closed or (self.changed_at is not None and at <= self.changed_at):
            return known
        return known.model_copy(update={"is_wanted": is_wanted, "changed_at": at})

    def readdressed(self, address_hash: str, at: datetime) -> Self:
        """It had this address then; the latest that was heard of is the one that it has."""
        if self.is_closed or (self.addressed_at is not None and at <= self.addressed_at):
            return self
        return self.model_copy(update={"address_hash": address_hash, "addressed_at": at})

    def closed(self) -> Self:
        """Its owner has closed it: nothing is found by it again."""
        return self.model_copy(update={"is_wanted": False, "address_hash": "", "is_closed": True})
