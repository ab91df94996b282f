"""A reset is of the password that there was when it was begun."""

from datetime import UTC, datetime, timedelta

import pytest

from services.auth.model.codes import new_challenge
from services.auth.model.reset import Reset
from tests.unit.auth.test_trusts import account

AT = datetime(2026, 11, 30, 9, tzinfo=UTC)


@pytest.mark.parametrize(("begun_with", "is_void"), [(1, False), (2, True), (None, False)])
def test_a_reset_is_void_once_the_password_is_another(begun_with: int | None, *, is_void: bool) -> None:
    challenge, _ = new_challenge(b"secret", at=AT, lifetime=timedelta(minutes=10))
    reset = Reset(
        key="r-1",
        authority="bristol",
        account_id=account().account_id,
        address="a keyed hash",
        challenge=challenge,
        expires_at=AT + timedelta(hours=1),
        password_version=begun_with,
    )
    assert reset.is_void(account()) is is_void
