"""Who is suggested to have forms next (requirement M8): a word beside the choice, never the choice. No I/O."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from contracts.addresses import address_key
from contracts.api.re_assigning import Suggestion, UserChoice
from services.tasks.model.person import RegisteredPerson
from services.tasks.model.task import Task

People = Mapping[str, RegisteredPerson]
"""Registered people by their address, as `address_key` gives it."""


def suggestion(
    tasks: Sequence[Task], by: str, users: Iterable[UserChoice], people: People, today: date
) -> Suggestion | None:
    """Whoever of the users has the fewest open forms, by name where several have; None where nobody is left.

    Of those with an account, who are not away on a day from today until the last of the forms is due. Where it is known
    that the present holder and some of them have the same role, of these alone. Never whoever asks, nor who has one.
    """
    until = max([today, *(task.due_on for task in tasks if task.due_on)])
    free = [
        (user, person)
        for user in users
        if (person := people.get(address_key(user.email))) is not None
        and not (person.absence and person.absence.overlaps(today, until))
        and not any(task.is_held_by(user.email) for task in tasks)
        and address_key(user.email) != address_key(by)
    ]
    role = _role_of_holders(tasks, people)
    alike = [(user, person) for user, person in free if role and person.role_key == role]
    found = min(alike or free, key=lambda one: (one[0].open_tasks, one[1].name.casefold(), one[0].email), default=None)
    if found is None:
        return None
    user, person = found
    return Suggestion(
        email=user.email, name=person.name, open_tasks=user.open_tasks, is_of_same_role=bool(alike), until=until
    )


def _role_of_holders(tasks: Sequence[Task], people: People) -> str:
    """What all who have the tasks are; empty where that is not known, or not the same."""
    holders = [people.get(address_key(task.holder.email or "")) for task in tasks]
    roles = {holder.role_key if holder else "" for holder in holders}
    return roles.pop() if len(roles) == 1 else ""
