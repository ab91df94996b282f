"""Codes of authenticator apps by RFC 6238, each good once, and the recovery codes beside them."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from contracts.base import Fault
from services.auth.model.authenticator import (
    RECOVERY_CODES,
    TypedCode,
    accepted_step,
    enrolment_uri,
    new_recovery_codes,
    new_secret,
    read_app_code,
    recovery_mac,
)

AT = datetime(2026, 11, 29, 12, 0, 10, tzinfo=UTC)
STEP = int(AT.timestamp()) // 30
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The key of RFC 6238's appendix B, "12345678901234567890", in base 32."""


def code(step: int) -> str:
    return pyotp.TOTP(SECRET).generate_otp(step)


@pytest.mark.parametrize(("seconds", "shown"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")])
def test_the_codes_are_those_of_the_standard(seconds: int, shown: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert accepted_step(RFC_SECRET, shown, at, after=0) == seconds // 30


@pytest.mark.parametrize(("drift", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_phones_clock_may_be_a_step_behind_or_ahead_and_no_more(drift: int, is_taken: bool) -> None:
    assert accepted_step(SECRET, code(STEP + drift), AT, after=0) == (STEP + drift if is_taken else None)


def test_t56_a_code_that_was_taken_is_none_any_more_nor_is_one_of_before() -> None:
    assert accepted_step(SECRET, code(STEP), AT, after=STEP) is None
    assert accepted_step(SECRET, code(STEP - 1), AT, after=STEP) is None
    assert accepted_step(SECRET, code(STEP + 1), AT, after=STEP) == STEP + 1


def test_any_other_code_is_none() -> None:
    others = {f"{number:06}" for number in range(2000)} - {code(STEP + drift) for drift in (-1, 0, 1)}
    assert all(accepted_step(SECRET, other, AT, after=0) is None for other in others)


def test_the_qr_code_says_whose_it_is_and_of_which_portal() -> None:
    secret = new_secret()
    parts = urlsplit(enrolment_uri(secret, "sandra@school.example", "Professional Portal"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert parts.path == "/Professional%20Portal:sandra%40school.example"
    assert parse_qs(parts.query) == {"secret": [secret], "issuer": ["Professional Portal"]}
    assert len(secret) == 32
    assert new_secret() != secret


def test_recovery_codes_are_many_and_different_and_kept_for_one_account_alone() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == RECOVERY_CODES
    for each in codes:
        assert read_app_code(each.lower().replace("-", " ")) == TypedCode(text=each, is_recovery=True)
    key = b"k" * 32
    assert recovery_mac(key, "a", codes[0]) != recovery_mac(key, "b", codes[0])
    assert recovery_mac(key, "a", codes[0]) != recovery_mac(key, "a", codes[1])


@pytest.mark.parametrize("typed", ["287 082", "287-082", " 287082\n"])
def test_a_code_is_read_however_it_is_grouped(typed: str) -> None:
    assert read_app_code(typed) == TypedCode(text="287082", is_recovery=False)


@pytest.mark.parametrize(
    ("typed", "found"),
    [("", "required"), ("28708", "format"), ("2870821", "format"), ("abcde-fghi0", "format"), ("२८७०८२", "format")],
)
def test_what_is_no_code_is_said(typed: str, found: str) -> None:
    read = read_app_code(typed)
    assert isinstance(read, Fault)
    assert (read.path, read.code) == ("code", found)


def test_a_recovery_code_is_none_where_only_the_app_will_do() -> None:
    read = read_app_code(new_recovery_codes()[0], may_recover=False)
    assert isinstance(read, Fault)
    assert read.message == "Enter the 6 digits that the app shows"


def test_time_goes_on() -> None:
    later = AT + timedelta(seconds=90)
    assert accepted_step(SECRET, code(STEP), later, after=0) is None
