"""The only clock. In PORTAL_ENV=test a file may move it, so that windows and time-outs can be tested."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

_DURATION = TypeAdapter(timedelta)
LONDON = ZoneInfo("Europe/London")


def _offset() -> timedelta:
    """The ISO 8601 duration in PORTAL_CLOCK_FILE, read afresh; none where the file is missing or empty."""
    if os.environ.get("PORTAL_ENV") != "test" or not (path := os.environ.get("PORTAL_CLOCK_FILE")):
        return timedelta(0)
    try:
        return _DURATION.validate_python(Path(path).read_text(encoding="utf-8").strip())
    except (OSError, ValidationError):
        return timedelta(0)


def now() -> datetime:
    """The time in UTC, to the millisecond: what the database keeps."""
    return _to_the_millisecond(datetime.now(UTC) + _offset())


def unmoved() -> datetime:
    """The same, whatever a test does to the clock: for leases, which must end though it is moved back."""
    return _to_the_millisecond(datetime.now(UTC))


def _to_the_millisecond(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def today() -> date:
    """The date in England, where the councils and their deadlines are."""
    return day_of(now())


def day_of(at: datetime) -> date:
    """The day that it is in England at this moment."""
    return at.astimezone(LONDON).date()
