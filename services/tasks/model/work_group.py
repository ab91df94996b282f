"""A work group as its council defined it. No I/O."""

from typing import Self

from chassis.errors import Refused
from contracts.addresses import address_key
from contracts.base import Contact, Sealed, Value
from contracts.council import Member
from contracts.tasks import Holder

_MOST_TOLD = 50


class Membership(Value):
    """Somebody's place in a work group."""

    authority: str
    key: str
    is_manager: bool


class WorkGroup(Value):
    """The whole group at one version."""

    authority: str
    work_group_id: str
    name: Sealed[str]
    email: Sealed[str | None]
    members: Sealed[list[Member]]
    version: int

    @property
    def key(self) -> str:
        """Its name among all authorities' groups."""
        return group_key(self.authority, self.work_group_id)

    @property
    def is_closed(self) -> bool:
        """A group without members takes nothing."""
        return not self.members

    @property
    def inbox(self) -> list[Contact]:
        """Where its mail goes: its own address, else its members'."""
        if self.email:
            return [Contact(email=self.email, name=self.name)]
        return [Contact(email=member.email) for member in self.members[:_MOST_TOLD]]

    @property
    def as_holder(self) -> Holder:
        """As it has a task."""
        return Holder(kind="work_group", work_group_id=self.work_group_id, name=self.name)

    def readdressed(self, former: str, email: str) -> Self:
        """With somebody's new address in the place of the one before; the council's own version stays."""
        is_there = self.has_member(email)
        members = [
            member.model_copy(update={"email": email}) if address_key(member.email) == address_key(former) else member
            for member in self.members
            if not (is_there and address_key(member.email) == address_key(former))
        ]
        return self if members == self.members else self.model_copy(update={"members": members})

    def has_member(self, email: str) -> bool:
        """Whether a person is in it."""
        return any(address_key(member.email) == address_key(email) for member in self.members)


def still_needed(delegation_ids: list[str], *, has_more: bool) -> Refused:
    """The answer to a council that would close a group in which forms wait: nobody would see them any more."""
    named = ", ".join(delegation_ids) + (" and more" if has_more else "")
    return Refused(
        "work_group_in_use",
        f"Forms wait in this work group: {named}. Retract or decide them, or leave it members who finish them.",
        field="/members",
    )


def group_key(authority: str, work_group_id: str) -> str:
    """A group's key; an authority's code holds no colon."""
    return f"{authority}:{work_group_id}"
