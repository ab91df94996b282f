"""Step 1 of a registration: what is asked for, and how faults read."""

import pytest

from contracts.api.auth import RegistrationDetails
from contracts.base import Address
from services.auth.model.details import details_faults, tidy

HOME = Address(street="Test Street", town="Bristol", postcode="BS1 1AA")


def faults(details: RegistrationDetails) -> dict[str, str]:
    return {fault.path: fault.message for fault in details_faults(tidy(details))}


def test_a_private_person_is_asked_for_name_and_address() -> None:
    assert faults(RegistrationDetails()) == {
        "forename": "Enter your forename",
        "surname": "Enter your surname",
        "street": "Enter your street",
        "town": "Enter your town or city",
        "postcode": "Enter your postcode",
    }


def test_the_professional_tick_asks_for_role_and_organisation_too() -> None:
    missing = faults(RegistrationDetails(is_professional=True))
    assert list(missing) == [
        "forename",
        "surname",
        "role",
        "organisation",
        "street",
        "town",
        "postcode",
    ]
    assert missing["role"] == "Enter your role"
    assert missing["organisation"] == "Enter your organisation"


def test_complete_details_have_no_fault() -> None:
    assert faults(RegistrationDetails(forename="Sandra", surname="Example", address=HOME)) == {}


def test_blanks_alone_are_nothing() -> None:
    typed = RegistrationDetails(forename="   ", surname="Example", address=HOME)
    assert faults(typed) == {"forename": "Enter your forename"}


def test_what_is_too_long_names_its_field() -> None:
    typed = RegistrationDetails(forename="S" * 201, surname="Example", address=HOME)
    assert faults(typed) == {"forename": "Forename must be 200 characters or fewer"}


@pytest.mark.parametrize("postcode", ["BS1 1AA", "bs11aa", " W1A  0AX ", "OX4 1AA", "EC1A1BB"])
def test_a_postcode_is_taken_in_any_spelling(postcode: str) -> None:
    typed = RegistrationDetails(forename="S", surname="E", address=HOME.model_copy(update={"postcode": postcode}))
    assert faults(typed) == {}


@pytest.mark.parametrize("postcode", ["BS1", "12345", "BS1 1A", "Bristol"])
def test_half_a_postcode_is_a_fault(postcode: str) -> None:
    typed = RegistrationDetails(forename="S", surname="E", address=HOME.model_copy(update={"postcode": postcode}))
    assert faults(typed) == {"postcode": "Enter a full UK postcode, like BS1 1AA"}


def test_stray_blanks_and_control_characters_are_taken_out() -> None:
    kept = tidy(RegistrationDetails(forename=" San\r\ndra\x00 ", surname="O\u2019Example  Jones", address=HOME))
    assert kept.forename == "San dra"
    assert kept.surname == "O\u2019Example Jones"


def test_a_private_person_has_no_role_even_if_one_was_typed() -> None:
    kept = tidy(RegistrationDetails(forename="S", surname="E", role="SENCO", organisation="Hill View", address=HOME))
    assert (kept.role, kept.organisation) == ("", "")
    assert tidy(kept.model_copy(update={"is_professional": True, "role": "SENCO"})).role == "SENCO"
