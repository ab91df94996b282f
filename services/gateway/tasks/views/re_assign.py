"""Choose Professional to Re-Assign to, as its page shows it (requirements F87-F91)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import ValidationError

from contracts.api.re_assigning import ReAssignedView, ReAssignView, Suggestion, UserChoice
from contracts.council import Assignee, PersonAssignee, WorkGroupAssignee
from services.gateway.kit.views.frame import SummaryLine
from services.gateway.kit.views.wording import day
from services.gateway.tasks.views.in_words import in_words

SEARCH_FROM = 10
"""How many choices a person finds somebody among without a search."""

Origin = Literal["tasks", "group-tasks"]


@dataclass(frozen=True)
class AssigneeChoice:
    """A work group or a user, with the button that selects it."""

    id: str
    value: str
    name: str
    email: str
    open_tasks: int = 0
    is_suggested: bool = False
    away: str = ""
    """Until when they are away, in words; empty where they are here."""


@dataclass(frozen=True)
class ReAssignPage:
    """Whom to give one form or several to."""

    action: str
    """Where the page is posted to."""
    task_ids: list[str]
    origin: Origin
    """The list that the person came from and goes back to."""
    lines: list[str]
    """The forms, each in words."""
    holder: str
    """Who has the form, where that is somebody else."""
    groups: list[AssigneeChoice]
    users: list[AssigneeChoice]
    groups_more: str
    users_more: str
    suggested: str
    """Who is suggested, and why; empty where nobody is."""
    has_search: bool
    words: str
    error: str
    gives_back: bool
    """Whether the person has picked the form up from a work group."""

    @property
    def problems(self) -> list[SummaryLine]:
        """The error summary."""
        first = next((choice.id for choice in (*self.groups, *self.users)), "words")
        return [SummaryLine.at(self.error, first)] if self.error else []


def re_assign_page(
    view: ReAssignView, origin: Origin, today: date, *, action: str, words: str = "", error: str = ""
) -> ReAssignPage:
    """The page, narrowed where something was searched for."""
    holders = {task.holder_name for task in view.tasks if task.holder_name}
    groups = [
        AssigneeChoice(f"group-{number}", f"work_group:{one.work_group_id}", one.name, one.email)
        for number, one in enumerate(view.groups, start=1)
    ]
    suggested = view.suggestion.email if view.suggestion else ""
    users = [_user(number, one, suggested) for number, one in enumerate(view.users, start=1)]
    return ReAssignPage(
        action=action,
        task_ids=[task.task_id for task in view.tasks],
        origin=origin,
        lines=[in_words(task, today) for task in view.tasks],
        holder="" if view.is_own else ", ".join(sorted(holders)),
        groups=groups,
        users=users,
        groups_more=_more(len(groups), view.groups_found, "work groups"),
        users_more=_more(len(users), view.users_found, "users"),
        suggested=_suggested(view.suggestion, len(view.tasks), today) if view.suggestion else "",
        has_search=bool(words) or view.choices > SEARCH_FROM,
        words=words,
        error=error,
        gives_back=view.is_own and all(task.work_group_name for task in view.tasks),
    )


def _user(number: int, one: UserChoice, suggested: str) -> AssigneeChoice:
    """A user; whoever has not registered has no name yet, so that the address stands for it."""
    name, is_suggested = one.name or one.email, one.email == suggested
    away = f"Away until {day(one.away_until)}" if one.away_until else ""
    return AssigneeChoice(f"user-{number}", f"person:{one.email}", name, one.email, one.open_tasks, is_suggested, away)


def _suggested(one: Suggestion, number: int, today: date) -> str:
    """With why, so that whoever chooses can see what it leaves out."""
    when = "today" if one.until == today else f"between today and {day(one.until)}"
    compared = f"the fewest of those with an account who are not away {when}"
    words = f"Suggested: {one.name} ({one.email}). Open forms: {one.open_tasks}, {compared}."
    form = "the form" if number == 1 else "the forms"
    return (
        f"{words} Compared were users with the same role as whoever has {form} now." if one.is_of_same_role else words
    )


def _more(shown: int, found: int, what: str) -> str:
    return f"The first {shown} of {found} {what} are shown. Search to find the others." if found > shown else ""


def selected(value: str) -> Assignee | None:
    """Who was selected; None where nobody was."""
    kind, _, which = value.partition(":")
    try:
        if kind == "work_group":
            return WorkGroupAssignee(kind="work_group", work_group_id=which)
        return PersonAssignee(kind="person", email=which) if kind == "person" else None
    except ValidationError:
        return None


@dataclass(frozen=True)
class ReAssignedPage:
    """What became of several forms."""

    moved: str
    left: list[str]
    """Why some stayed where they were, each reason with how many."""
    origin: Origin
    """The list that the person came from and goes back to."""


def re_assigned_page(view: ReAssignedView, origin: Origin) -> ReAssignedPage:
    """In words."""
    number = len(view.moved)
    holder = next((row.holder_name or row.work_group_name for row in view.moved), "")
    moved = f"{forms_were(number)} re-assigned. {holder} has {'it' if number == 1 else 'them'} now." if number else ""
    reasons = Counter(one.detail for one in view.left)
    left = [f"{forms_were(count)} not re-assigned: {reason}" for reason, count in reasons.items()]
    return ReAssignedPage(moved, left, origin)


def forms_were(number: int) -> str:
    """So many forms, as the subject of what became of them."""
    return "1 form was" if number == 1 else f"{number} forms were"
