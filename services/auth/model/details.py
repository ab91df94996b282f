"""Step 1 of a registration: which details a person must give, and how they are kept. No I/O."""

import re
import unicodedata

from contracts.api.auth import RegistrationDetails
from contracts.base import Address, Fault

LONGEST = 200
POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}")
REQUIRED = {
    "forename": "Enter your forename",
    "surname": "Enter your surname",
    "role": "Enter your role",
    "organisation": "Enter your organisation",
    "address/street": "Enter your street",
    "address/town": "Enter your town or city",
    "address/postcode": "Enter your postcode",
}
PROFESSIONAL = frozenset({"role", "organisation"})
NAMES = {
    "forename": "Forename",
    "surname": "Surname",
    "role": "Role",
    "organisation": "Organisation",
    "address/property_name": "Property name",
    "address/house_no": "House number",
    "address/street": "Street",
    "address/area": "Area",
    "address/town": "Town or city",
    "address/county": "County",
    "address/postcode": "Postcode",
}


def tidy(details: RegistrationDetails) -> RegistrationDetails:
    """The details without stray blanks and control characters; a private person has no role or organisation."""
    texts = {path: _tidy_line(text) for path, text in _texts(details).items()}
    if not details.is_professional:
        texts |= dict.fromkeys(PROFESSIONAL, "")
    address = {path.removeprefix("address/"): text for path, text in texts.items() if path.startswith("address/")}
    return RegistrationDetails(
        forename=texts["forename"],
        surname=texts["surname"],
        is_professional=details.is_professional,
        role=texts["role"],
        organisation=texts["organisation"],
        address=Address(**address),
    )


def details_faults(details: RegistrationDetails) -> list[Fault]:
    """Everything that is missing or wrong, in the order of the page."""
    found = (_fault(path, text, details) for path, text in _texts(details).items())
    return [fault for fault in found if fault]


def _fault(path: str, text: str, details: RegistrationDetails) -> Fault | None:
    if not text:
        required = path in REQUIRED and (details.is_professional or path not in PROFESSIONAL)
        return Fault(path=path, code="required", message=REQUIRED[path]) if required else None
    if len(text) > LONGEST:
        sentence = f"{NAMES[path]} must be {LONGEST} characters or fewer"
        return Fault(path=path, code="too_long", message=sentence)
    if path == "address/postcode" and not POSTCODE.fullmatch(re.sub(r"\s", "", text).upper()):
        return Fault(path=path, code="format", message="Enter a full UK postcode, like BS1 1AA")
    return None


def _texts(details: RegistrationDetails) -> dict[str, str]:
    """Each text of the page by its path, in the order of the page."""
    return {path: _text_at(details, path) for path in NAMES}


def _text_at(details: RegistrationDetails, path: str) -> str:
    inside_address = path.startswith("address/")
    text: str = getattr(details.address if inside_address else details, path.removeprefix("address/"))
    return text


def _tidy_line(text: str) -> str:
    visible = "".join(" " if unicodedata.category(character) in {"Cc", "Zl", "Zp"} else character for character in text)
    return " ".join(unicodedata.normalize("NFC", visible).split())
