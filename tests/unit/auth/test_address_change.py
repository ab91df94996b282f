"""Two codes, each for its own mailbox, each fault beside its field."""

from datetime import UTC, datetime, timedelta

import pytest

from services.auth.model.address_change import LIFETIME, AddressChange, read_codes
from services.auth.model.codes import new_challenge

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
SECRET = b"s" * 32
NEW, NEW_CODE = new_challenge(SECRET, at=AT, lifetime=timedelta(minutes=10))
PRESENT, PRESENT_CODE = new_challenge(SECRET, at=AT, lifetime=timedelta(minutes=10))
CHANGE = AddressChange(
    key="k",
    account_id="a",
    authority="bristol",
    email="new@school.example",
    former="present@school.example",
    new=NEW,
    present=PRESENT,
    expires_at=AT + LIFETIME,
)


@pytest.mark.parametrize(
    ("new", "present", "wrong"),
    [
        (NEW_CODE, PRESENT_CODE, []),
        (NEW_CODE, NEW_CODE, ["present_code"]),
        (PRESENT_CODE, PRESENT_CODE, ["new_code"]),
        (PRESENT_CODE, NEW_CODE, ["new_code", "present_code"]),
    ],
)
def test_each_mailbox_has_its_own_code(new: str, present: str, wrong: list[str]) -> None:
    assert [fault.path for fault in CHANGE.code_faults(new, present, SECRET)] == wrong


def test_codes_are_read_as_they_are_typed_and_pasted() -> None:
    assert read_codes(" 7685 0798", "1234-5678") == ("76850798", "12345678")
    faults = read_codes("", "x")
    assert isinstance(faults, list)
    assert [(fault.path, fault.code) for fault in faults] == [("new_code", "required"), ("present_code", "format")]
