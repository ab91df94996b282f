"""What the demo shows: a school's and a hospital's people, their work group, their forms. All of it is invented."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

AUTHORITY = "bristol"
GROUP = "wg-secondary"
_FORM = "ehc-needs-assessment-contributions"


@dataclass(frozen=True)
class Address:
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
    address: Address
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


_SCHOOL = Address("1", "Example Road", "Bristol", "BS1 1AA")
_CLINIC = Address("2", "Sample Street", "Bristol", "BS2 2AA")
PEOPLE = (
    Person("sandra@school.example", Details("Sandra", "Example", "SENCO", "Example Secondary School", _SCHOOL)),
    Person("tariq@school.example", Details("Tariq", "Sample", "Teacher", "Example Secondary School", _SCHOOL)),
    Person("olive@clinic.example", Details("Olive", "Instance", "Occupational therapist", "Sample Clinic", _CLINIC)),
)
_SANDRA, _TARIQ, _OLIVE = (person.email for person in PEOPLE)
_GABRIEL = _Child("P-10023", "Gabriel Example", "2008-04-26", "Hi, I'm Gabriel. I like trains and drawing maps.")
_NADIA = _Child("P-10024", "Nadia Sample", "2011-11-02", "I'm Nadia. I like swimming. Noise makes me tired.")
_JONAH = _Child("P-10025", "Jonah Instance", "2014-02-17", "Jonah loves animals and wants to work in a zoo.")


def groups() -> list[dict[str, Any]]:
    """The school's work group."""
    members = [{"email": _SANDRA, "is_manager": True}, {"email": _TARIQ, "is_manager": False}]
    return [
        {
            "work_group_id": GROUP,
            "name": "Example Secondary School",
            "email": "office@school.example",
            "members": members,
            "version": 1,
        }
    ]


def delegations(today: date) -> list[dict[str, Any]]:
    """Forms to fill: soon due, late, for the group, for somebody else, and one that is withdrawn."""
    group = {"kind": "work_group", "work_group_id": GROUP}
    return [
        _delegation("DEMO-1", _GABRIEL, _person(_SANDRA), today + timedelta(days=5)),
        _delegation("DEMO-2", _NADIA, _person(_SANDRA), today - timedelta(days=2)),
        _delegation("DEMO-3", _JONAH, group, today + timedelta(days=30)),
        _delegation("DEMO-4", _GABRIEL, _person(_OLIVE), today + timedelta(days=12)),
        _delegation("DEMO-5", _JONAH, _person(_SANDRA), today + timedelta(days=20)),
    ]


def retracted() -> list[dict[str, Any]]:
    """What the council takes back again."""
    return [{"delegation_id": "DEMO-5", "reason": "Jonah has moved to another school."}]


def _person(email: str) -> dict[str, str]:
    return {"kind": "person", "email": email}


def _delegation(delegation_id: str, child: _Child, assignee: dict[str, str], due_on: date) -> dict[str, Any]:
    forename, _, surname = child.name.partition(" ")
    return {
        "delegation_id": delegation_id,
        "form": _FORM,
        "subject": {
            "person_id": child.person_id,
            "name": child.name,
            "date_of_birth": child.born,
            "address": "23 Test Street, Bristol, BS1 1AA",
        },
        "assignee": assignee,
        "received_on": (due_on - timedelta(days=42)).isoformat(),
        "due_on": due_on.isoformat(),
        "sender": {
            "name": "Chloe Caseworker",
            "department": "SEND",
            "telephone": "0117 496 0000",
            "address": "City Hall, Bristol",
            "email": "chloe@council.example",
        },
        "comments": "Please complete the report.",
        "prefill": {"first_name": forename, "last_name": surname, "here_and_now": child.about},
    }
