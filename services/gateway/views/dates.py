"""Dates and times as the guides write them and as people type them. No clock."""

import re
from datetime import date, datetime

from chassis.clock import LONDON

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TYPED = re.compile(r"(\d{1,2})[\s/.\-]+(\d{1,2}|[A-Za-z]{3,9})[\s/.\-,]+(\d{4})")


def day(value: date) -> str:
    """Such as 05-Sep-2021."""
    return f"{value.day:02}-{_MONTHS[value.month - 1]}-{value.year:04}"


def moment(value: datetime) -> str:
    """03-Sep-2021 13:12, in England's time."""
    local = value.astimezone(LONDON)
    return f"{day(local.date())} {local:%H:%M}"


def hour(value: datetime) -> str:
    """14:02, in England's time."""
    return f"{value.astimezone(LONDON):%H:%M}"


def due_words(due: date, today: date) -> str:
    """How far away a date is: "in 5 days", "today", "2 days late"."""
    days = (due - today).days
    if days == 0:
        return "today"
    if days == 1:
        return "tomorrow"
    return f"in {days} days" if days > 0 else f"{-days} day{'s' if days < -1 else ''} late"


def typed_day(value: str) -> str:
    """An ISO date as a person types it: 17/5/2026."""
    try:
        on = date.fromisoformat(value)
    except ValueError:
        return value
    return f"{on.day}/{on.month}/{on.year:04}"


def read_day(text: str) -> date | None:
    """The date that a person typed, as 17/5/2026, 17-May-2026 or 2026-05-17; None when it is no real date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    if not (match := _TYPED.fullmatch(text.strip())):
        return None
    day_of, month, year = match.groups()
    try:
        return date(int(year), int(month) if month.isdigit() else _MONTHS.index(month[:3].title()) + 1, int(day_of))
    except ValueError:
        return None
