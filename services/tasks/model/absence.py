"""Somebody is away: for how long, what they say, and who gets what was meant for them (requirements F65, M6).

No I/O, no clock.
"""

from datetime import date

from chassis.errors import Refused
from contracts.addresses import address_key
from contracts.api.absences import AbsenceBody, SubstituteEntry
from contracts.base import Fault, Sealed, Value
from contracts.council import Assignee, PersonAssignee
from contracts.portal import FormSubstitute

MOST_HOPS = 3
"""Whoever is away in the substitute's place too passes it on, so often and no more."""
LONGEST_DAYS = 366


class Absence(Value):
    """What a person has said of being away."""

    text: Sealed[str]
    from_on: date
    to_on: date
    substitutes: Sealed[list[SubstituteEntry]] = []

    def covers(self, day: date) -> bool:
        """Whether the person is away on this day."""
        return self.from_on <= day <= self.to_on

    def overlaps(self, first: date, last: date) -> bool:
        """Whether the person is away on a day from the first to the last."""
        return self.from_on <= last and first <= self.to_on

    def substitute(self, authority: str, form: str) -> Assignee | None:
        """Who gets this authority's delegations of a form: whoever is named for it, else for all."""
        named = {each.form: each.to for each in self.substitutes if each.authority == authority}
        return named.get(form) or named.get("")

    def by_form(self, authority: str) -> list[FormSubstitute]:
        """Whom an authority's delegations go to where it is one of some forms alone."""
        return [
            FormSubstitute(form=each.form, to=each.to)
            for each in self.substitutes
            if each.authority == authority and each.form
        ]


def absence_of(body: AbsenceBody, email: str, today: date) -> Absence:
    """What was said, as it is kept; Refused with each fault at its field."""
    faults = []
    if not body.text.strip():
        faults.append(Fault(path="text", code="required", message="Enter what people are told"))
    if body.to_on < body.from_on:
        faults.append(Fault(path="to_on", code="too_early", message="The last day must not be before the first"))
    elif body.to_on < today:
        faults.append(Fault(path="to_on", code="past", message="The last day must be today or later"))
    elif (body.to_on - body.from_on).days > LONGEST_DAYS:
        faults.append(Fault(path="to_on", code="too_late", message="The last day must be within a year of the first"))
    if any(is_person(each.to, email) for each in body.substitutes):
        faults.append(Fault(path="substitutes", code="oneself", message="Choose somebody else than yourself"))
    if faults:
        raise Refused("invalid", "There is a problem with what was entered.", faults=tuple(faults))
    return Absence(**body.model_dump())


def is_person(assignee: Assignee, email: str) -> bool:
    """Whether an assignee is the person of this address."""
    return isinstance(assignee, PersonAssignee) and address_key(assignee.email) == address_key(email)
