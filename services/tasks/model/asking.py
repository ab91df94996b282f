"""What can be asked of a council, and what must be said with it. No I/O, no clock."""

from datetime import date, timedelta

from chassis.errors import Conflict, Refused
from contracts.api.tasks import DeclineBody, ExtensionBody
from contracts.base import Fault

_MISSED = "missed_appointment"
_LONGEST = timedelta(days=366)


def check_reason(body: DeclineBody | ExtensionBody, today: date) -> None:
    """A council decides by what is said: an explanation always, and when it was that somebody did not come."""
    faults = []
    if not body.explanation.strip():
        faults.append(Fault(path="explanation", code="missing", message="Explain it to the council."))
    if body.reason_code == _MISSED and body.appointment_on is None:
        faults.append(Fault(path="appointment", code="missing", message="Enter the date of the appointment."))
    if body.appointment_on is not None and body.appointment_on > today:
        faults.append(Fault(path="appointment", code="to_come", message="The appointment must be in the past."))
    if faults:
        raise Refused("invalid_ask", "There is a problem with what was entered.", faults=tuple(faults))


def check_extension(until: date, due_on: date | None, today: date) -> None:
    """More time ends after the date that there is, in the future, and within a year; Conflict where there is none."""
    if due_on is None:
        raise Conflict("no_due_date", "This form has no due date, so it needs no more time.")
    earliest = max(due_on, today)
    if earliest < until <= earliest + _LONGEST:
        return
    where = "within a year" if until > earliest else "after the due date, and to come"
    fault = Fault(path="until", code="out_of_range", message=f"The date must be {where}.")
    raise Refused("invalid_ask", "There is a problem with what was entered.", faults=(fault,))
