"""What the demo shows: a school's and a hospital's people, their work group, their forms. All of it is invented."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

BRISTOL, OXFORDSHIRE = "bristol", "oxfordshire"
GROUP, _CLINIC_GROUP = "wg-secondary", "wg-clinic"
_FORM = "ehc-needs-assessment-contributions"


@dataclass(frozen=True)
class PostalAddress:
    """A postal address."""

    house_no: str
    street: str
    town: str
    postcode: str


@dataclass(frozen=True)
class Details:
    """Step 1 of a registration."""

    forename: str
    surname: str
    role: str
    organisation: str
    address: PostalAddress
    is_professional: bool = True


@dataclass(frozen=True)
class Person:
    """Somebody with an account."""

    email: str
    details: Details

    @property
    def name(self) -> str:
        """As pages show it."""
        return f"{self.details.forename} {self.details.surname}"


@dataclass(frozen=True)
class _Child:
    person_id: str
    name: str
    born: str
    about: str = field(repr=False)
    town: str = "Bristol"


_SCHOOL = PostalAddress("1", "Example Road", "Bristol", "BS1 1AA")
_CLINIC = PostalAddress("2", "Sample Street", "Bristol", "BS2 2AA")
PEOPLE = (
    Person("sandra@school.example", Details("Sandra", "Example", "SENCO", "Example Secondary School", _SCHOOL)),
    Person("tariq@school.example", Details("Tariq", "Sample", "Teacher", "Example Secondary School", _SCHOOL)),
    Person("olive@clinic.example", Details("Olive", "Instance", "Occupational therapist", "Sample Clinic", _CLINIC)),
)
_SANDRA, _TARIQ, _OLIVE = (person.email for person in PEOPLE)
_GABRIEL = _Child("P-10023", "Gabriel Example", "2008-04-26", "Hi, I'm Gabriel. I like trains and drawing maps.")
_NADIA = _Child("P-10024", "Nadia Sample", "2011-11-02", "I'm Nadia. I like swimming. Noise makes me tired.")
_JONAH = _Child("P-10025", "Jonah Instance", "2014-02-17", "Jonah loves animals and wants to work in a zoo.")
_MAYA = _Child("P-30007", "Maya Sample", "2012-06-09", "Maya builds things and asks how they work.", "Oxford")


def groups() -> dict[str, list[dict[str, Any]]]:
    """By council: the school's work group, and the clinic's."""
    school = _group(GROUP, "Example Secondary School", "office@school.example", manager=_SANDRA, member=_TARIQ)
    clinic = _group(_CLINIC_GROUP, "Sample Clinic", "office@clinic.example", manager=_OLIVE, member=_SANDRA)
    return {BRISTOL: [school], OXFORDSHIRE: [clinic]}


def delegations(today: date) -> dict[str, list[dict[str, Any]]]:
    """By council, every shipped form: soon due, late, for a group, for somebody else, and one that is withdrawn."""

    def due(days: int) -> date:
        return today + timedelta(days=days)

    return {
        BRISTOL: [
            _delegation("DEMO-1", _FORM, _GABRIEL, _person(_SANDRA), due(5)),
            _delegation("DEMO-2", _FORM, _NADIA, _person(_SANDRA), due(-2)),
            _delegation("DEMO-3", _FORM, _JONAH, _of(GROUP), due(30)),
            _delegation("DEMO-4", _FORM, _GABRIEL, _person(_OLIVE), due(12)),
            _delegation("DEMO-5", _FORM, _JONAH, _person(_SANDRA), due(20)),
            _delegation("DEMO-6", "consultation-response", _NADIA, _of(GROUP), due(9)),
            _delegation("DEMO-7", "annual-review-report", _JONAH, _person(_SANDRA), due(14)),
            _delegation("DEMO-8", "cla-care-plan-part-1", _NADIA, _person(_OLIVE), due(18)),
        ],
        OXFORDSHIRE: [
            _delegation("DEMO-1", "ersa", _MAYA, _person(_SANDRA), due(25)) | {"internal_due_on": due(11).isoformat()},
            _delegation("DEMO-2", "ersa-appendix-b", _MAYA, _of(_CLINIC_GROUP), due(7)),
            _delegation("DEMO-3", "ehcna-information-gathering-ot", _MAYA, _person(_OLIVE), due(40)),
        ],
    }


def retracted() -> dict[str, list[dict[str, Any]]]:
    """What a council takes back again."""
    return {BRISTOL: [{"delegation_id": "DEMO-5", "reason": "Jonah has moved to another school."}]}


def _group(work_group_id: str, name: str, email: str, *, manager: str, member: str) -> dict[str, Any]:
    members = [{"email": manager, "is_manager": True}, {"email": member, "is_manager": False}]
    return {"work_group_id": work_group_id, "name": name, "email": email, "members": members, "version": 1}


def _person(email: str) -> dict[str, str]:
    return {"kind": "person", "email": email}


def _of(work_group_id: str) -> dict[str, str]:
    return {"kind": "work_group", "work_group_id": work_group_id}


def _delegation(delegation_id: str, form: str, child: _Child, to: dict[str, str], due_on: date) -> dict[str, Any]:
    return {
        "delegation_id": delegation_id,
        "form": form,
        "subject": {
            "person_id": child.person_id,
            "name": child.name,
            "date_of_birth": child.born,
            "address": f"23 Test Street, {child.town}",
        },
        "assignee": to,
        "received_on": (due_on - timedelta(days=42)).isoformat(),
        "due_on": due_on.isoformat(),
        "sender": {
            "name": "Chloe Caseworker",
            "department": "SEND",
            "telephone": "0117 496 0000",
            "address": f"City Hall, {child.town}",
            "email": "chloe@council.example",
        },
        "comments": "Please complete the report.",
        "prefill": _prefill(child) if form == _FORM else {},
    }


def _prefill(child: _Child) -> dict[str, str]:
    forename, _, surname = child.name.partition(" ")
    return {"first_name": forename, "last_name": surname, "here_and_now": child.about}
