"""What tasks, groups and people are found by: keyed hashes of addresses and children, so that a copy names nobody."""

from chassis.documents import Document
from chassis.keys import Finder
from contracts.addresses import address_key
from services.tasks.model.listing import ListedRow, beginnings, row_of
from services.tasks.model.person import RegisteredPerson
from services.tasks.model.task import Task
from services.tasks.model.work_group import WorkGroup, group_key

_NAME_DIGITS = 16
"""Enough to tell the beginnings of one person's children apart; a row has a dozen of them."""


class FoundBy:
    """What stands in a document beside what is sealed."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder

    def address(self, email: str) -> str:
        """The same for all ways to write an address."""
        return self._finder("address", address_key(email))

    def name(self, authority: str, beginning: str) -> str:
        """The same wherever a name of an authority's children begins so."""
        return self._finder("name", authority, beginning)[:_NAME_DIGITS]

    def task(self, task: Task) -> Document:
        """What the lists are found by, and what they show."""
        if task.erased_at is not None:
            nothing = dict.fromkeys(("listed_for", "row", "picked_up_from", "moved_from"))
            return {"state": "erased", **nothing}
        if task.request is None:
            return {"state": "unrequested", "listed_for": None}
        row = row_of(task)
        name_tokens = [self.name(task.authority, beginning) for beginning in beginnings(row.subject_name)]
        found_by = {"state": task.state, "listed_for": self._listed_for(task), "row": ListedRow.of(row, name_tokens)}
        if not task.moves:
            return found_by
        return found_by | {"picked_up_from": _picked_up_from(task), "moved_from": self._moved_from(task)}

    def group(self, group: WorkGroup) -> Document:
        """Its members, and those of them who manage it."""
        members = [self.address(member.email) for member in group.members]
        managers = [self.address(member.email) for member in group.members if member.is_manager]
        return {"member_addresses": members, "manager_addresses": managers}

    def person(self, person: RegisteredPerson) -> Document:
        """Their address, and those that were theirs."""
        former = [self.address(each) for each in person.former]
        return {"address": self.address(person.email), "former_addresses": former}

    def _listed_for(self, task: Task) -> str:
        holder = task.holder
        if holder.kind == "person":
            return self.address(holder.email or "")
        return group_key(task.authority, holder.work_group_id or "")

    def _moved_from(self, task: Task) -> str | None:
        """Who had it until somebody else moved it."""
        former = task.model_copy(update={"moves": task.moves[:-1]}).holder.email
        return self.address(former) if former and task.was_taken_from(former) else None


def _picked_up_from(task: Task) -> str | None:
    """The group whose managers see it among its members' tasks."""
    group = task.work_group
    if group is None or task.holder.kind == "work_group":
        return None
    return group_key(task.authority, group.work_group_id or "")
