"""Who may re-assign a task, and to whom (requirements F87-F92). No I/O, no clock."""

from collections.abc import Mapping, Sequence
from datetime import date

from chassis.errors import Conflict, Forbidden
from contracts.addresses import address_key
from contracts.api.re_assigning import GroupChoice, ReAssignView, Suggestion, UserChoice
from contracts.base import Contact, Value
from contracts.council import Assignee, WorkGroupAssignee
from contracts.tasks import Holder
from services.tasks.model.listing import row_of
from services.tasks.model.person import RegisteredPerson
from services.tasks.model.record import OPEN_STATES
from services.tasks.model.refusals import unknown_task
from services.tasks.model.suggesting import People, suggestion
from services.tasks.model.task import Task
from services.tasks.model.work_group import WorkGroup

MOST_SHOWN = 25
Names = Mapping[str, str]
"""Names of registered people by their address, as `address_key` gives it."""


class Reach(Value):
    """Who can be chosen: work groups, and people by the address as it is compared."""

    groups: list[WorkGroup]
    people: dict[str, str]


def reach_of(task: Task, email: str, managed: Sequence[WorkGroup], origin: WorkGroup | None) -> Reach:
    """To whom this person may give the task; `managed` and `origin`, where it was picked up, are of its authority.

    Managers choose among what they manage (requirement F87). Whoever has picked a form up may also give it back to its
    group, or pass it to that group's managers (F120).
    """
    _check_may_re_assign(task, email, managed)
    groups = {one.work_group_id: one for one in managed}
    people = {address_key(member.email): member.email for one in managed for member in one.members}
    if origin is not None and not origin.is_closed and task.is_held_by(email):
        groups[origin.work_group_id] = origin
        people |= {address_key(member.email): member.email for member in origin.members if member.is_manager}
    if not groups:
        raise Forbidden("manages_no_group", "Only somebody who manages a work group can re-assign this form.")
    return Reach(groups=list(groups.values()), people=people)


def _check_may_re_assign(task: Task, email: str, managed: Sequence[WorkGroup]) -> None:
    """Its holder may, and whoever manages the group that it waits in, or was picked up from."""
    group = task.work_group.work_group_id if task.work_group else None
    if not task.is_held_by(email) and group not in {one.work_group_id for one in managed}:
        raise unknown_task()
    if task.state not in (*OPEN_STATES, "in_group"):
        raise Conflict("not_open", "This form is no longer waiting to be filled in.")


def chosen(to: Assignee, reach: Reach, names: Names) -> tuple[Holder, list[Contact]]:
    """The new holder, and the inbox where it is a group; Forbidden for anybody out of reach."""
    if isinstance(to, WorkGroupAssignee):
        for group in reach.groups:
            if group.work_group_id == to.work_group_id:
                return group.as_holder, group.inbox
    elif email := reach.people.get(address_key(to.email)):
        return Holder(kind="person", email=email, name=names.get(address_key(email), "")), []
    raise Forbidden("not_to_them", "Choose a work group that you manage, or a user in one of them.")


def is_within_group(task: Task, to: Holder, reach: Reach) -> bool:
    """Whether a person is of the work group that the task waits in, or was picked up from, as far as it is in reach."""
    origin = task.work_group.work_group_id if task.work_group else None
    return to.kind == "person" and any(
        one.work_group_id == origin and one.has_member(to.email or "") for one in reach.groups
    )


def shared(reaches: Sequence[Reach]) -> Reach:
    """Whom every one of several tasks may go to."""
    first, *others = reaches
    groups = [one for one in first.groups if all(_reaches(reach, one) for reach in others)]
    people = {key: one for key, one in first.people.items() if all(key in reach.people for reach in others)}
    return Reach(groups=groups, people=people)


def _reaches(reach: Reach, group: WorkGroup) -> bool:
    """Whether a group of the same council can be chosen."""
    return any(one.key == group.key for one in reach.groups)


def choices(  # noqa: PLR0917 - what may go, to whom, what is known of them, and when
    tasks: Sequence[Task], email: str, reach: Reach, people: People, loads: Mapping[str, int], words: str, today: date
) -> ReAssignView:
    """Whom the tasks may go to, by name; whoever has or holds them all already is none to choose."""
    names = {key: person.name for key, person in people.items()}
    groups = [
        GroupChoice(work_group_id=one.work_group_id, name=one.name, email=one.email or "")
        for one in reach.groups
        if not all(_waits_in(task, one) for task in tasks)
    ]
    others = {key: one for key, one in reach.people.items() if not all(task.is_held_by(key) for task in tasks)}
    users = [
        UserChoice(
            email=one,
            name=names.get(key, ""),
            open_tasks=loads.get(key, 0),
            away_until=_away_until(people.get(key), today),
        )
        for key, one in others.items()
    ]
    suggested = suggestion(tasks, email, users, people, today)
    groups_found = sorted((one for one in groups if _has(words, one.name, one.email)), key=_by_name)
    users_found = sorted((one for one in users if _has(words, one.name, one.email)), key=_by_name)
    return ReAssignView(
        tasks=[row_of(task) for task in tasks],
        is_own=all(task.is_held_by(email) for task in tasks),
        groups=groups_found[:MOST_SHOWN],
        users=_first(users_found, suggested),
        groups_found=len(groups_found),
        users_found=len(users_found),
        choices=len(groups) + len(users),
        suggestion=suggested,
    )


def _away_until(person: RegisteredPerson | None, today: date) -> date | None:
    absence = person.away_on(today) if person else None
    return absence.to_on if absence else None


def _first(users: list[UserChoice], suggested: Suggestion | None) -> list[UserChoice]:
    """As many as are shown; whoever is suggested is among them, first where their name alone would not do it."""
    beyond = [one for one in users[MOST_SHOWN:] if suggested and one.email == suggested.email]
    return [*beyond, *users][:MOST_SHOWN]


def _waits_in(task: Task, group: WorkGroup) -> bool:
    holder = task.holder
    return holder.kind == "work_group" and holder.work_group_id == group.work_group_id


def _has(words: str, *texts: str) -> bool:
    """Whether each word stands somewhere in the texts."""
    text = " ".join(texts).casefold()
    return all(word in text for word in words.casefold().split())


def _by_name(one: GroupChoice | UserChoice) -> tuple[str, str]:
    return ((one.name or one.email).casefold(), one.email)
