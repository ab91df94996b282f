"""The hours in which nobody is emailed about a form: over midnight or not, in summer and winter time."""

from datetime import UTC, datetime, time
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from contracts.authority import Authority, QuietHours
from contracts.base import Contact
from services.notify.model import EmailDelivery, Purpose, goes_out_at
from tests.unit.notify.test_email_templates import AUTHORITIES

NIGHT = QuietHours(begin=time(20), end=time(7))
NOON = QuietHours(begin=time(12), end=time(13))


def quiet(hours: QuietHours | None) -> Authority:
    return AUTHORITIES.get("bristol").model_copy(update={"quiet": hours})


def owed(at: str, **fields: Any) -> EmailDelivery:
    known = {"delivery_id": "d", "authority": "bristol", "purpose": "delegation", "values": {}} | fields
    return EmailDelivery(person=Contact(email="p@school.example"), created_at=moment(at), **known)


def moment(at: str) -> datetime:
    return datetime.fromisoformat(at).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "at", "goes"),
    [
        (None, "2026-01-12T23:00", "2026-01-12T23:00"),
        (NIGHT, "2026-01-12T19:59", "2026-01-12T19:59"),
        (NIGHT, "2026-01-12T20:00", "2026-01-13T07:00"),
        (NIGHT, "2026-01-13T06:59", "2026-01-13T07:00"),
        (NIGHT, "2026-01-13T07:00", "2026-01-13T07:00"),
        (NIGHT, "2026-07-13T18:59", "2026-07-13T18:59"),
        (NIGHT, "2026-07-13T19:00", "2026-07-14T06:00"),
        (NIGHT, "2026-03-28T23:30", "2026-03-29T06:00"),
        (NOON, "2026-01-12T11:59", "2026-01-12T11:59"),
        (NOON, "2026-01-12T12:30", "2026-01-12T13:00"),
        (NOON, "2026-01-12T23:00", "2026-01-12T23:00"),
    ],
)
def test_what_comes_to_be_in_quiet_hours_goes_out_at_their_end(hours: QuietHours | None, at: str, goes: str) -> None:
    assert goes_out_at(owed(at), quiet(hours)) == moment(goes)


def test_what_somebody_waits_for_goes_at_once() -> None:
    at = "2026-01-12T23:00"
    purposes: tuple[Purpose, ...] = get_args(Purpose)
    at_once = {purpose for purpose in purposes if goes_out_at(owed(at, purpose=purpose), quiet(NIGHT)) == moment(at)}
    assert {"sign_in", "registration", "reset", "receipt", "digest", "password_changed", "account_opened"} <= at_once
    assert not {"delegation", "reminder", "reminder_late", "returned", "retracted", "re_assigned"} & at_once


def test_hours_without_an_end_are_refused() -> None:
    with pytest.raises(ValidationError):
        QuietHours(begin=time(7), end=time(7))
