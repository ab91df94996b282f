"""What a professional may keep about their work, and how it is kept. No I/O."""

import re
from collections.abc import Mapping
from typing import NamedTuple, cast, get_args

from contracts.api.accounts import ProfileBody
from contracts.base import Fault, ProfessionalBody, ProfessionalRegistration, Profile
from services.auth.model.details import tidy_line
from services.auth.model.refusals import faulty

MOST_PLACES = 5
LONGEST_PLACE = 100
LONGEST_NUMBER = 20


class Shape(NamedTuple):
    """How a body's numbers look, without blanks and in capitals, and what is said of one that does not."""

    pattern: re.Pattern[str]
    sentence: str


SHAPES: Mapping[str, Shape] = {
    "gmc": Shape(re.compile("[0-9]{7}|L[0-9]{6}"), "Enter a GMC reference number of 7 digits, like 1234567"),
    "gphc": Shape(re.compile("[0-9]{7}"), "Enter a GPhC registration number of 7 digits, like 2012345"),
    "hcpc": Shape(
        re.compile("[A-Z]{2,3}[0-9]{1,6}"), "Enter an HCPC registration number of letters and digits, like OT12345"
    ),
    "nmc": Shape(re.compile("[A-Z0-9]{8}"), "Enter an NMC PIN of 8 letters and digits, like 12A3456E"),
    "teacher_reference_number": Shape(
        re.compile("[0-9]{7}"), "Enter a teacher reference number of 7 digits, like 1234567"
    ),
}
"""Loose ones: no number that is somebody's is refused for its shape, and whose it is nobody here can say.

GMC (with L for limited registrations), GPhC, HCPC and NMC: UK Core Implementation Guide, profile UKCore-Practitioner,
"identifier"; beside it a third letter, as HCPC's practitioner psychologists have (PYL). Teacher reference number: HESA,
field TREFNO. Of the others no public source was found.
"""
_ANY = Shape(re.compile(f"[A-Z0-9/-]{{1,{LONGEST_NUMBER}}}"), "Enter a registration number of letters and digits only")


def checked_profile(typed: ProfileBody) -> Profile:
    """The profile as it is kept; Refused where something is missing or wrong."""
    tidied = _tidy(typed)
    if faults := profile_faults(tidied):
        raise faulty(faults)
    registration = None
    if tidied.body:
        registration = ProfessionalRegistration(
            body=cast("ProfessionalBody", tidied.body), other_body=tidied.other_body, number=tidied.number
        )
    return Profile(professional_registration=registration, works_for=tidied.works_for)


def profile_faults(typed: ProfileBody) -> list[Fault]:
    """Everything that is missing or wrong, in the order of the page."""
    found = (_body_fault(typed), _other_body_fault(typed), _number_fault(typed), _places_fault(typed))
    return [fault for fault in found if fault]


def _tidy(typed: ProfileBody) -> ProfileBody:
    """Numbers without blanks and in capitals, as bodies write them; each place once."""
    return ProfileBody(
        body=typed.body,
        other_body=tidy_line(typed.other_body),
        number="".join(tidy_line(typed.number).upper().split()),
        works_for=list(dict.fromkeys(place for each in typed.works_for if (place := tidy_line(each)))),
    )


def _body_fault(typed: ProfileBody) -> Fault | None:
    if typed.body in get_args(ProfessionalBody) or not (typed.body or typed.number or typed.other_body):
        return None
    return Fault(path="body", code="required", message="Choose who you are registered with")


def _other_body_fault(typed: ProfileBody) -> Fault | None:
    if typed.body != "other":
        is_stray = bool(typed.body and typed.other_body)
        sentence = "Choose Another body above, or leave its name empty"
        return Fault(path="other_body", code="stray", message=sentence) if is_stray else None
    if not typed.other_body:
        return Fault(path="other_body", code="required", message="Enter the name of the body")
    if len(typed.other_body) > LONGEST_PLACE:
        sentence = f"The name of the body must be {LONGEST_PLACE} characters or fewer"
        return Fault(path="other_body", code="too_long", message=sentence)
    return None


def _number_fault(typed: ProfileBody) -> Fault | None:
    if not typed.body:
        return None
    if not typed.number:
        return Fault(path="number", code="required", message="Enter your registration number")
    shape = SHAPES.get(typed.body, _ANY)
    return (
        None if shape.pattern.fullmatch(typed.number) else Fault(path="number", code="format", message=shape.sentence)
    )


def _places_fault(typed: ProfileBody) -> Fault | None:
    if len(typed.works_for) > MOST_PLACES:
        return Fault(path="works_for", code="too_many", message=f"Enter {MOST_PLACES} services or settings or fewer")
    if any(len(place) > LONGEST_PLACE for place in typed.works_for):
        sentence = f"Each service or setting must be {LONGEST_PLACE} characters or fewer"
        return Fault(path="works_for", code="too_long", message=sentence)
    return None
