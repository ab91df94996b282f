"""What a professional may keep about their work: which numbers are taken, and how faults read."""

from typing import Any, get_args

import pytest

from chassis.errors import Refused
from contracts.api.accounts import ProfileBody
from contracts.base import ProfessionalBody, Profile
from services.auth.model.profile import SHAPES, checked_profile


def kept(**typed: Any) -> Profile:
    return checked_profile(ProfileBody(**typed))


def faults(**typed: Any) -> dict[str, str]:
    with pytest.raises(Refused) as refused:
        kept(**typed)
    return {fault.path: fault.message for fault in refused.value.faults}


def test_nothing_has_to_be_kept() -> None:
    assert kept() == Profile()
    assert kept(works_for=["  ", ""], other_body=" ", number=" ") == Profile()


@pytest.mark.parametrize(
    ("body", "typed", "number"),
    [
        ("gmc", " 1234567 ", "1234567"),
        ("gmc", "l123456", "L123456"),
        ("gphc", "2012345", "2012345"),
        ("hcpc", "ot 12345", "OT12345"),
        ("hcpc", "PYL1", "PYL1"),
        ("hcpc", "ch029821", "CH029821"),
        ("nmc", "12a3456e", "12A3456E"),
        ("teacher_reference_number", "12 34567", "1234567"),
        ("social_work_england", "sw 12345", "SW12345"),
        ("gdc", "12345", "12345"),
        ("goc", "01-12345", "01-12345"),
        ("goc", "12/345", "12/345"),
    ],
)
def test_a_number_is_kept_as_its_body_writes_it(body: str, typed: str, number: str) -> None:
    registration = kept(body=body, number=typed).professional_registration
    assert registration
    assert (registration.body, registration.number, registration.other_body) == (body, number, "")


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ("gmc", "123456"),
        ("gmc", "12345678"),
        ("gmc", "L12345"),
        ("gphc", "20123456"),
        ("hcpc", "12345"),
        ("hcpc", "OT1234567"),
        ("hcpc", "OTHER12345"),
        ("nmc", "12A3456"),
        ("nmc", "12A-456E"),
        ("teacher_reference_number", "RP12345"),
        ("gdc", "<b>"),
        ("gdc", "1" * 21),
        ("goc", "١٢٣"),
        ("social_work_england", "SW.12345"),
    ],
)
def test_one_of_another_shape_is_refused_in_words_that_say_which_it_should_be(body: str, number: str) -> None:
    said = faults(body=body, number=number)
    assert list(said) == ["number"]
    assert said["number"].startswith("Enter a")


def test_what_is_missing_is_said_at_its_field() -> None:
    assert faults(body="hcpc") == {"number": "Enter your registration number"}
    assert faults(number="1234567") == {"body": "Choose who you are registered with"}
    assert faults(other_body="Example Council") == {"body": "Choose who you are registered with"}
    assert faults(body="gmc", number="1234567", other_body="Example Council") == {
        "other_body": "Choose Another body above, or leave its name empty"
    }
    assert faults(body="bar", number="1") == {"body": "Choose who you are registered with"}
    assert faults(body="other", number="1") == {"other_body": "Enter the name of the body"}


def test_another_body_has_a_name() -> None:
    registration = kept(body="other", other_body=" Example\r\nCouncil ", number="a-1").professional_registration
    assert registration
    assert (registration.other_body, registration.number) == ("Example Council", "A-1")
    assert faults(body="other", other_body="x" * 101, number="1") == {
        "other_body": "The name of the body must be 100 characters or fewer"
    }


def test_five_places_are_kept_each_once_and_in_order() -> None:
    typed = [" Hill  View School", "", "Sensory team", "Hill View School", "Third", "Fourth", "Fifth"]
    assert kept(works_for=typed).works_for == ["Hill View School", "Sensory team", "Third", "Fourth", "Fifth"]
    assert faults(works_for=[*typed, "Sixth"]) == {"works_for": "Enter 5 services or settings or fewer"}
    assert faults(works_for=["x" * 101]) == {"works_for": "Each service or setting must be 100 characters or fewer"}


def test_every_shape_is_a_bodys() -> None:
    assert set(SHAPES) <= set(get_args(ProfessionalBody))
