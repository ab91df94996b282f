"""Automatic replies: who is away, what councils are told of it, and what they see before they delegate."""

from chassis import clock
from chassis.authorities import Authorities
from chassis.errors import NotFound, Refused
from chassis.identity import Professional
from contracts.addresses import address_key
from contracts.api.absences import (
    AbsenceBody,
    AbsenceView,
    CouncilAbsenceView,
    SubstituteChoices,
    SubstituteEntry,
)
from contracts.api.re_assigning import GroupChoice
from contracts.api.tasks import Choice
from contracts.base import Contact, Fault
from contracts.council import WorkGroupAssignee
from services.tasks import events
from services.tasks.model.absence import Absence, absence_of
from services.tasks.model.person import RegisteredPerson
from services.tasks.model.work_group import WorkGroup
from services.tasks.store import Stores
from services.tasks.usecases.naming import authorities_naming

_MOST_PEOPLE = 200
"""Colleagues that a page can offer; in a larger group the group itself stands in."""
_MOST_ASKED = 2000


class Absences:
    """Being away."""

    def __init__(self, stores: Stores, authorities: Authorities) -> None:
        self._stores = stores
        self._authorities = authorities

    async def view(self, person: Professional) -> AbsenceView:
        """What they have said, and what they can choose."""
        known = await self._known(person)
        absence = known.absence
        return AbsenceView(
            absence=AbsenceBody(**absence.model_dump()) if absence else None,
            is_now=absence is not None and absence.covers(clock.today()),
            choices=[await self._choices(code, groups, known) for code, groups in await self._groups(known)],
        )

    async def set(self, person: Professional, body: AbsenceBody) -> None:
        """They are away; every council that has named them hears of it."""
        known = await self._known(person)
        absence = absence_of(body, known.email, clock.today())
        groups = [group for _, own in await self._groups(known) for group in own]
        if not all(_is_reached(each, groups) for each in absence.substitutes):
            fault = Fault(path="substitutes", code="out_of_reach", message="Choose somebody in one of your work groups")
            raise Refused("invalid", "There is a problem with what was entered.", faults=(fault,))
        await self._tell(known, absence)

    async def clear(self, person: Professional) -> None:
        """They are here again."""
        known = await self._known(person)
        if known.absence is not None:
            await self._tell(known, None)

    async def for_council(self, authority: str, email: str) -> CouncilAbsenceView:
        """What a council learns before it delegates; the same of somebody who is here and of nobody."""
        person = await self._stores.people.at(email)
        absence = person.absence if person else None
        if absence is None or absence.to_on < clock.today():
            return CouncilAbsenceView(email=email)
        return CouncilAbsenceView(
            email=email,
            from_on=absence.from_on,
            to_on=absence.to_on,
            text=absence.text,
            substitute=absence.substitute(authority, ""),
            substitutes=absence.by_form(authority),
        )

    async def _known(self, person: Professional) -> RegisteredPerson:
        known = await self._stores.people.get(person.account_id)
        if known is None:
            raise NotFound("not_known_yet", "Your registration is on its way. Try again in a moment.")
        return known

    async def _groups(self, person: RegisteredPerson) -> list[tuple[str, list[WorkGroup]]]:
        """Their work groups, by authority."""
        groups = await self._stores.work_groups.of_person(self._authorities.codes, person.email)
        codes = sorted({group.authority for group in groups})
        return [(code, [group for group in groups if group.authority == code]) for code in codes]

    async def _choices(self, authority: str, groups: list[WorkGroup], person: RegisteredPerson) -> SubstituteChoices:
        emails = {address_key(member.email): member.email for group in groups for member in group.members}
        emails.pop(address_key(person.email), None)
        names = await self._stores.people.names_of(list(emails.values())[:_MOST_ASKED])
        people = [Contact(email=email, name=names[key]) for key, email in emails.items() if key in names]
        forms = await self._stores.forms.offered(authority)
        return SubstituteChoices(
            authority=authority,
            groups=[GroupChoice(work_group_id=group.work_group_id, name=group.name) for group in groups],
            people=sorted(people, key=lambda one: one.name.casefold())[:_MOST_PEOPLE],
            forms=sorted(
                (Choice(key=form.form, name=form.title) for form in forms), key=lambda one: one.name.casefold()
            ),
        )

    async def _tell(self, person: RegisteredPerson, absence: Absence | None) -> None:
        at = clock.now()
        told = [
            events.of_absence(authority, person.account_id, person.email, absence, at)
            for authority in await authorities_naming(self._stores, self._authorities, person.email)
        ]
        await self._stores.people.set_absence(person.account_id, absence, told)


def _is_reached(entry: SubstituteEntry, groups: list[WorkGroup]) -> bool:
    """Whether a substitute is a work group of theirs, or somebody in one, of the authority that it is for."""
    own = [group for group in groups if group.authority == entry.authority]
    if isinstance(entry.to, WorkGroupAssignee):
        return entry.to.work_group_id in {group.work_group_id for group in own}
    email = entry.to.email
    return any(group.has_member(email) for group in own)
