"""Dates, times and sizes as the guides write them. Pure; no clock."""

from datetime import date, datetime

from chassis.clock import LONDON

_SIZES = ((1024 * 1024, "MB"), (1024, "KB"))
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


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


def due_day(due: date | None, today: date) -> str:
    """A due date and how far away it is, such as "05-Sep-2021 (in 5 days)"; empty where there is none."""
    return f"{day(due)} ({due_words(due, today)})" if due else ""


def size_words(size: int) -> str:
    """Such as 340 KB or 1.2 MB."""
    for unit, name in _SIZES:
        if size >= unit:
            return f"{size / unit:.1f}".removesuffix(".0") + f" {name}"
    return f"{size} bytes"
