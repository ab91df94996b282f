"""Who is away, as councils hear of it."""

from datetime import datetime

from chassis.outbox import Outgoing, outgoing
from contracts.portal import AbsenceChanged
from services.tasks.model.absence import Absence


def of_absence(authority: str, account_id: str, email: str, absence: Absence | None, at: datetime) -> Outgoing:
    """What one council hears: its own substitutes alone; of nobody who is away that they are here again."""
    message = AbsenceChanged(authority=authority, email=email)
    if absence is not None:
        message = AbsenceChanged(
            authority=authority,
            email=email,
            from_on=absence.from_on,
            to_on=absence.to_on,
            text=absence.text,
            substitute=absence.substitute(authority, ""),
            substitutes=absence.by_form(authority),
        )
    return outgoing(message, authority, account_id, at.isoformat())
