"""Which details a person must give, and how they are kept. No I/O."""

import re
import unicodedata

from contracts.api.auth import RegistrationDetails
from contracts.base import Address, Fault
from services.auth.model.refusals import faulty

LONGEST = 200
POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}")
REQUIRED = {
    "forename": "Enter your forename",
    "surname": "Enter your surname",
    "role": "Enter your role",
    "organisation": "Enter your organisation",
    "street": "Enter your street",
    "town": "Enter your town or city",
    "postcode": "Enter your postcode",
}
PROFESSIONAL = frozenset({"role", "organisation"})
NAMES = {
    "forename": "Forename",
    "surname": "Surname",
    "role": "Role",
    "organisation": "Organisation",
    "property_name": "Property name",
    "house_no": "House no",
    "street": "Street",
    "area": "Area",
    "town": "Town or city",
    "county": "County",
    "postcode": "Postcode",
}


def tidy(details: RegistrationDetails) -> RegistrationDetails:
    """The details without stray blanks and control characters; a private person has no role or organisation."""
    texts = {field: tidy_line(text) for field, text in _texts(details).items()}
    if not details.is_professional:
        texts |= dict.fromkeys(PROFESSIONAL, "")
    return RegistrationDetails(
        forename=texts["forename"],
        surname=texts["surname"],
        is_professional=details.is_professional,
        role=texts["role"],
        organisation=texts["organisation"],
        address=Address(**{field: texts[field] for field in Address.model_fields}),
    )


def checked(details: RegistrationDetails) -> RegistrationDetails:
    """The details as they are kept; Refused where one is missing or wrong."""
    tidied = tidy(details)
    if faults := details_faults(tidied):
        raise faulty(faults)
    return tidied


def details_faults(details: RegistrationDetails) -> list[Fault]:
    """Everything that is missing or wrong, in the order of the page."""
    found = (_fault(field, text, details) for field, text in _texts(details).items())
    return [fault for fault in found if fault]


def _fault(field: str, text: str, details: RegistrationDetails) -> Fault | None:
    if not text:
        required = field in REQUIRED and (details.is_professional or field not in PROFESSIONAL)
        return Fault(path=field, code="required", message=REQUIRED[field]) if required else None
    if len(text) > LONGEST:
        return Fault(path=field, code="too_long", message=f"{NAMES[field]} must be {LONGEST} characters or fewer")
    if field == "postcode" and not POSTCODE.fullmatch(re.sub(r"\s", "", text).upper()):
        return Fault(path=field, code="format", message="Enter a full UK postcode, like BS1 1AA")
    return None


def _texts(details: RegistrationDetails) -> dict[str, str]:
    """Each text by its field, in the order of the page."""
    values = {**details.model_dump(), **details.address.model_dump()}
    return {field: values[field] for field in NAMES}


def tidy_line(text: str) -> str:
    """One line of text without stray blanks and control characters."""
    visible = "".join(" " if unicodedata.category(character) in {"Cc", "Zl", "Zp"} else character for character in text)
    return " ".join(unicodedata.normalize("NFC", visible).split())
