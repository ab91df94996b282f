"""Somebody who has registered, as tasks knows them. No I/O."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Self

from pydantic import AwareDatetime

from contracts.addresses import address_key
from contracts.base import EVERYBODYS, Profile, Sealed, Value
from services.tasks.model.absence import Absence


class RegisteredPerson(Value):
    """An account, by id. People are no authority's: many may delegate to one."""

    account_id: str
    owner: str = EVERYBODYS
    email: Sealed[str]
    former: Sealed[list[str]] = []
    """Addresses that were theirs before: councils go on using them. One that somebody else registers is theirs."""
    name: Sealed[str]
    registered_at: AwareDatetime
    addressed_at: AwareDatetime | None = None
    """Since when they have this address, where they have had others."""
    named_at: AwareDatetime | None = None
    """Since when they have this name, role and organisation, where they have had others."""
    role: Sealed[str] = ""
    """As they say themselves; empty where nothing was heard of it since it is kept."""
    organisation: Sealed[str] = ""
    """The same."""
    profile: Sealed[Profile] = Profile()
    profiled_at: AwareDatetime | None = None
    """Since when they keep this profile; None where they have never kept one."""
    told_to: dict[str, AwareDatetime] = {}
    """Which authorities were told of their profile: what they said of themselves at that time."""
    absence: Absence | None = None

    @property
    def role_key(self) -> str:
        """The role as it is compared: however it is spaced, in capitals or not."""
        return " ".join(self.role.casefold().split())

    @property
    def is_gone(self) -> bool:
        """Whether they have closed their account: what comes late about them is not kept again."""
        return not self.email

    def away_on(self, day: date) -> Absence | None:
        """What they say, where they are away on this day."""
        return self.absence if self.absence and self.absence.covers(day) else None

    def readdressed(self, email: str, former: str, at: datetime) -> Self:
        """They have had another address since then, and are known by the ones before too, in whatever order heard."""
        if self.is_gone:
            return self
        is_latest = self.addressed_at is None or at > self.addressed_at
        current = email if is_latest else self.email
        known: dict[str, str] = {}
        for each in (*self.former, self.email, former, email):
            known.setdefault(address_key(each), each)
        known.pop(address_key(current))
        changes = {"email": current, "former": list(known.values())}
        changed = self.model_copy(update=changes | ({"addressed_at": at} if is_latest else {}))
        return self if changed == self else changed

    def renamed(self, name: str, role: str, organisation: str, at: datetime) -> Self:
        """They are called so, and work so, since then; of two the later one counts, in whatever order heard."""
        if self.is_gone or (self.named_at is not None and at <= self.named_at):
            return self
        return self.model_copy(update={"name": name, "role": role, "organisation": organisation, "named_at": at})

    def profiled(self, profile: Profile, at: datetime) -> Self:
        """They keep this profile since then; the same of two."""
        if self.is_gone or (self.profiled_at is not None and at <= self.profiled_at):
            return self
        return self.model_copy(update={"profile": profile, "profiled_at": at})

    @property
    def said_at(self) -> datetime:
        """Since when they are as they say now."""
        moments = (self.registered_at, self.addressed_at, self.named_at, self.profiled_at)
        return max(moment for moment in moments if moment)

    def untold(self, authorities: Iterable[str]) -> list[str]:
        """Those of them that do not know the profile as it is now; who knew none need not hear of an empty one."""
        is_empty = self.profile == Profile()
        return [
            code
            for code in authorities
            if self.told_to.get(code) != self.said_at and (code in self.told_to or not is_empty)
        ]

    def with_told(self, authorities: Iterable[str]) -> Self:
        """These know it now."""
        return self.model_copy(update={"told_to": self.told_to | dict.fromkeys(authorities, self.said_at)})

    def gone(self) -> Self:
        """They have closed their account: nothing is known of them but that they were here."""
        nothing = dict.fromkeys(("email", "name", "role", "organisation"), "")
        return self.model_copy(update={**nothing, "former": [], "absence": None, "profile": Profile(), "told_to": {}})

    def without_former(self, email: str) -> Self:
        """Somebody else has this address now."""
        kept = [each for each in self.former if address_key(each) != address_key(email)]
        return self if kept == self.former else self.model_copy(update={"former": kept})
