"""Whom the emails about a task reach. No I/O."""

from contracts.addresses import address_key
from contracts.authority import Authority
from contracts.base import Contact
from services.tasks.model.facts import Move, is_held_as
from services.tasks.model.task import Task

_STAYS = {"picked_up", "readdressed", "undeliverable"}
"""How a form changes hands and stays with whom its council named."""


def whom_to_tell(task: Task, authority: Authority) -> list[Contact]:
    """Person, generic inbox or both, as the authority wants it; a work group's inbox until it is picked up."""
    holder, inbox = task.holder, generic_inbox(task)
    if holder.kind == "work_group":
        return _each_once([*task.inbox, *inbox])
    person = [Contact(email=holder.email or "", name=holder.name)]
    if not inbox or authority.notify == "person":
        return person
    return inbox if authority.notify == "inbox" else _each_once([*person, *inbox])


def generic_inbox(task: Task) -> list[Contact]:
    """The inbox that a council names beside its assignee, while they have the form (requirement F57); at most one.

    It is theirs: where the form goes to somebody else, in a work group to somebody who is not of it, that inbox hears
    of it no more, and whoever has it then is told instead. It hears again once the form is back.
    """
    email, is_theirs = task.requested.notify_email, True
    for move in task.moves:
        stays = is_theirs and (move.how in _STAYS or move.within_group)
        is_theirs = stays or is_held_as(move.to, task.requested.assignee)
    return [Contact(email=email)] if email and is_theirs else []


def whom_to_tell_of(move: Move) -> list[Contact]:
    """The new holder; nobody where people took it for themselves."""
    if move.to.kind == "work_group":
        return move.inbox
    if address_key(move.to.email or "") == address_key(move.by):
        return []
    return [Contact(email=move.to.email or "", name=move.to.name)]


def whom_it_was_taken_from(before: Task, move: Move) -> Contact | None:
    """The former holder; None where they gave it away themselves, or keep it, or where it waited in a group."""
    holder = before.holder
    is_kept = move.how == "readdressed" or before.is_held_by(move.to.email or "")
    if holder.kind == "work_group" or is_kept or before.is_held_by(move.by):
        return None
    return Contact(email=holder.email or "", name=holder.name)


def _each_once(contacts: list[Contact]) -> list[Contact]:
    return list({address_key(contact.email): contact for contact in contacts}.values())
