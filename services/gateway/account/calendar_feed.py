"""Due dates as a calendar that programs subscribe to (RFC 5545). Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from contracts.api.calendars import DueTask

if TYPE_CHECKING:
    from icalendar import Event

_AGAIN_AFTER = timedelta(hours=6)
"""How often a program is asked to look."""
_LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
"""When the date was said of a row that an older version has written and that says nothing of it."""


def calendar_of(due: Sequence[DueTask], portal: str, name: str, councils: Mapping[str, str]) -> bytes:
    """The same bytes for the same dates. `portal` is where the portal is, `councils` the names by their codes."""
    from icalendar import Calendar  # noqa: PLC0415 - a fifth of a second of a start, and few people subscribe

    calendar = Calendar()
    calendar.add("prodid", "-//Professional Portal//Due dates//EN")
    calendar.add("version", "2.0")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", _AGAIN_AFTER, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    for task in due:
        calendar.add_component(_event(task, portal, councils.get(task.authority, task.authority)))
    content: bytes = calendar.to_ical()
    return content


def _event(task: DueTask, portal: str, council: str) -> "Event":
    """All day, private, and not in the way of an appointment; about the form, never about the child."""
    from icalendar import Event  # noqa: PLC0415 - as above

    address, said_at = f"{portal}/forms/{task.task_id}/1", task.due_set_at or _LONG_AGO
    event = Event()
    event.add("uid", task.task_id)
    event.add("dtstamp", said_at)
    event.add("last-modified", said_at)
    event.add("sequence", task.due_changes)
    event.add("dtstart", task.due_on)
    event.add("summary", f"Due: {task.form_title} {task.reference}".strip())
    event.add("description", f"{council} has asked for this form. {address}")
    event.add("url", address)
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    return event
