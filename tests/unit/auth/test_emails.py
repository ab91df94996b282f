"""Which addresses can have an account, and which are the same."""

import pytest

from services.auth.model.emails import email_fault, email_key


@pytest.mark.parametrize(
    "typed", ["sandra.professional@school.example", " Sandra@School.Example ", "o'neill+send@nhs.test"]
)
def test_an_ordinary_address_is_taken(typed: str) -> None:
    assert email_fault(typed) is None


@pytest.mark.parametrize(
    "typed",
    [
        "sandra",
        "sandra@",
        "@school.example",
        "a b@school.example",
        "s@school.example\r\nBcc: x",
        "s@x",
        "\u017fandra@school.example",
        "sandra@stra\u00dfe.example",
    ],
)
def test_a_broken_address_is_a_fault(typed: str) -> None:
    fault = email_fault(typed)
    assert fault is not None
    assert fault.message == "Enter an email address in the correct format, like name@example.com"


def test_an_empty_address_is_asked_for() -> None:
    fault = email_fault("  ")
    assert fault is not None
    assert fault.message == "Enter your email address"


def test_case_and_outer_blanks_make_no_other_address() -> None:
    assert email_key(" Sandra@School.Example ") == email_key("sandra@school.example")


@pytest.mark.parametrize(
    "typed", ["\u017fandra@school.example", "stra\u00dfe@school.example", "sandra@school.examp\u0406e"]
)
def test_look_alike_letters_stay_apart(typed: str) -> None:
    assert email_key(typed) not in {"sandra@school.example", "strasse@school.example"}
