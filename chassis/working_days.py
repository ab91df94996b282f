"""On which days the portal writes to people of its own accord: on working days in England. Due dates never move."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from chassis.clock import LONDON

BANK_HOLIDAYS = Path(__file__).with_name("bank_holidays.txt")
"""One a line, as `2026-12-25 Christmas Day`; how they are made says ADR 0051."""

_SATURDAY = 5
_DATE_LENGTH = 10


_BANK_HOLIDAYS = frozenset(
    date.fromisoformat(line[:_DATE_LENGTH]) for line in BANK_HOLIDAYS.read_text(encoding="utf-8").splitlines()
)


def on_working_day(day: date, closed_on: Collection[date] = ()) -> date:
    """The day, or the next that is no weekend, no bank holiday and none of the authority's own days."""
    while _is_free(day, closed_on):
        day += timedelta(days=1)
    return day


def last_working_day(day: date, closed_on: Collection[date] = ()) -> date:
    """The day, or the last before it that is none of these."""
    while _is_free(day, closed_on):
        day -= timedelta(days=1)
    return day


def _is_free(day: date, closed_on: Collection[date]) -> bool:
    return day.weekday() >= _SATURDAY or day in _BANK_HOLIDAYS or day in closed_on


def in_england(day: date, hour: time) -> datetime:
    """The moment at which clocks in England show this hour."""
    return datetime.combine(day, hour, LONDON).astimezone(UTC)
