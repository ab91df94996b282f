"""HTTP bodies of tasks about being away: what a professional says and chooses, and what a council sees of it."""

from datetime import date
from typing import Annotated

from pydantic import Field

from contracts.api.re_assigning import GroupChoice
from contracts.api.tasks import Choice
from contracts.base import AuthorityCode, Contact, Value
from contracts.council import Assignee, Comments, Day
from contracts.portal import FormSubstitute


class SubstituteEntry(Value):
    """Who gets an authority's delegations in somebody's place: of one form, or of every other one."""

    authority: AuthorityCode
    form: str = ""
    """Its code; empty for every form that has no entry of its own."""
    to: Assignee


class AbsenceBody(Value):
    """A professional is away from one day to another, both included."""

    text: Comments
    from_on: Day
    to_on: Day
    substitutes: Annotated[list[SubstituteEntry], Field(max_length=200)] = []


class SubstituteChoices(Value):
    """Whom an authority's delegations can go to in somebody's place: their work groups, and who else is in them."""

    authority: str
    groups: list[GroupChoice]
    people: list[Contact]
    forms: list[Choice]
    """What the authority delegates, by code."""


class AbsenceView(Value):
    """What a professional has said of being away, and what can be chosen."""

    absence: AbsenceBody | None
    is_now: bool = False
    choices: list[SubstituteChoices]


class CouncilAbsenceView(Value):
    """What a council learns of a professional before it delegates; all None of whoever is not away, or not known."""

    email: str
    from_on: date | None = None
    to_on: date | None = None
    text: str | None = None
    substitute: Assignee | None = None
    substitutes: list[FormSubstitute] = []
