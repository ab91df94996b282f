"""The emailed code: how it is made, kept and read."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.base import Fault
from services.auth.model.codes import Challenge, code_mac, new_challenge, read_code

SECRET = b"s" * 32
AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def challenge() -> tuple[Challenge, str]:
    return new_challenge(SECRET, at=AT, lifetime=timedelta(minutes=10))


def test_a_code_has_eight_digits_and_ten_minutes() -> None:
    made, code = challenge()
    assert len(code) == 8
    assert code.isdecimal()
    assert made.expires_at - made.issued_at == timedelta(minutes=10)


def test_codes_keep_their_leading_zeros() -> None:
    codes = [challenge()[1] for _ in range(500)]
    assert {len(code) for code in codes} == {8}
    assert len(set(codes)) > 490


def test_what_is_stored_tells_nothing_of_the_code() -> None:
    made, code = challenge()
    assert code not in made.model_dump_json()


def test_only_its_own_code_is_accepted() -> None:
    made, code = challenge()
    other, other_code = challenge()
    assert made.accepts(code, SECRET)
    assert not made.accepts(f"{(int(code) + 1) % 10**8:08}", SECRET)
    assert not made.accepts(code, b"t" * 32)
    assert other_code == code or not made.accepts(other_code, SECRET)
    assert code_mac(SECRET, made.code_id, code) != code_mac(SECRET, other.code_id, code)


@pytest.mark.parametrize(
    "typed", ["76850798", "7685 0798", " 7685 0798 ", "7685\u00a00798", "7685-0798", "7685\u20110798", "76 85 07 98\n"]
)
def test_a_code_is_read_with_or_without_the_blank(typed: str) -> None:
    assert read_code(typed) == "76850798"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter the code"),
        ("   ", "Enter the code"),
        ("7685079", "The code must be 8 digits, like 7685 0798"),
        ("768507981", "The code must be 8 digits, like 7685 0798"),
        ("7685O798", "The code must be 8 digits, like 7685 0798"),
        ("٧٦٨٥٠٧٩٨", "The code must be 8 digits, like 7685 0798"),
    ],
)
def test_what_is_no_code_is_said_beside_the_field(typed: str, sentence: str) -> None:
    fault = read_code(typed)
    assert isinstance(fault, Fault)
    assert (fault.path, fault.message) == ("code", sentence)
