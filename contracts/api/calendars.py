"""HTTP bodies of the calendar feed: its secret address, whose it is, and the dates in it."""

from datetime import date

from pydantic import AwareDatetime

from contracts.base import PersonalData, Value


class CalendarFeedView(Value):
    """Since when an account has a secret address; None where it has none."""

    made_at: AwareDatetime | None = None


class CalendarSecretBody(Value):
    """The secret of an address; shown once to its owner, and then known to their calendar program alone."""

    secret: str


class CalendarOwnerView(PersonalData):
    """Whose address it is, as their account says now."""

    account_id: str
    email: str
    name: str


class DueTask(Value):
    """A form that somebody has to fill in, without a word about the child."""

    task_id: str
    reference: str
    authority: str
    form_title: str
    due_on: date
    """The date that its holder works to."""
    due_changes: int
    """How often its date has been changed."""
    due_set_at: AwareDatetime | None
    """When its date was said; None where an older version has written the row."""


class DueTasksView(Value):
    """The first of them by their due dates, as many as a calendar is given."""

    due: list[DueTask]
