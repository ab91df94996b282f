"""What can be asked of a council, what must be said with it, and how it is answered. No I/O, no clock."""

from collections.abc import Sequence
from datetime import date, timedelta

from chassis.errors import Conflict, Refused
from contracts.api.tasks import DeclineBody, ExtensionBody, PartDeclineBody
from contracts.base import Fault
from contracts.council import DelegationDecided
from services.tasks.model.facts import Ask

_MISSED = "missed_appointment"
_CLOSED = "school_closed"
_WEEK = timedelta(weeks=1)
_LONG_CLOSURE = timedelta(weeks=4)
_PROBLEM = "There is a problem with what was entered."
_LONGEST = timedelta(days=366)
_CLOSURE_DAYS = {"closed": "Enter the first day of the closure.", "reopens": "Enter the day on which it opens again."}


def check_reason(body: DeclineBody | ExtensionBody, today: date) -> None:
    """A council decides by what is said: an explanation always, and when it was that somebody did not come."""
    faults = []
    if not body.explanation.strip():
        faults.append(Fault(path="explanation", code="missing", message="Explain it to the council."))
    if body.reason_code == _MISSED and body.appointment_on is None:
        faults.append(Fault(path="appointment", code="missing", message="Enter the date of the appointment."))
    if body.appointment_on is not None and body.appointment_on > today:
        faults.append(Fault(path="appointment", code="to_come", message="The appointment must be in the past."))
    if isinstance(body, ExtensionBody) and body.reason_code == _CLOSED:
        faults += _closure_faults(body.closed_on, body.reopens_on)
    if faults:
        raise Refused("invalid_ask", _PROBLEM, faults=tuple(faults))


def _closure_faults(closed_on: date | None, reopens_on: date | None) -> list[Fault]:
    if closed_on is None or reopens_on is None:
        missing = [path for path, day in (("closed", closed_on), ("reopens", reopens_on)) if day is None]
        return [Fault(path=path, code="missing", message=_CLOSURE_DAYS[path]) for path in missing]
    if reopens_on > closed_on:
        return []
    return [Fault(path="reopens", code="out_of_range", message="It must open again after it is closed.")]


def closure_counts(ask: Ask, asked_on: date) -> bool | None:
    """Whether the advice was asked for in the time of a long closure, by which the council has an exception.

    From a week before it begins to a week before it ends, both days included, where it lasts four weeks or more
    (SI 2014/1530, regulations 10(4) and 13(3), (a) and (b)). None where nothing is closed.
    """
    if ask.closed_on is None or ask.reopens_on is None:
        return None
    is_long = ask.reopens_on - ask.closed_on >= _LONG_CLOSURE
    return is_long and ask.closed_on - _WEEK <= asked_on <= ask.reopens_on - _WEEK


def check_extension(until: date, due_on: date | None, today: date) -> None:
    """More time ends after the date that there is, in the future, and within a year; Conflict where there is none."""
    if due_on is None:
        raise Conflict("no_due_date", "This form has no due date, so it needs no more time.")
    earliest = max(due_on, today)
    if earliest < until <= earliest + _LONGEST:
        return
    where = "within a year" if until > earliest else "after the due date, and to come"
    raise _refused("until", "out_of_range", f"The date must be {where}.")


def check_sections(body: PartDeclineBody, left_out: Sequence[str]) -> None:
    """Parts are at least one and not all: something is left to answer, also beside what is left out already."""
    declined = {section.key for section in body.sections}
    if not declined:
        raise _refused("sections", "missing", "Select at least one part.")
    if not set(body.going_on_with) - declined - set(left_out):
        raise _refused("sections", "all", "This is all of the form: select the whole form.")


def check_decision(ask: Ask, message: DelegationDecided) -> None:
    """Parts are decided about by name: whoever knows of whole declines alone never answers for parts by accident.

    Nobody else can have a part of a form: whom the council asks instead, it asks by a delegation of its own.
    """
    if ask.asked != "part-decline":
        return
    if message.ask_id is None:
        raise Refused(
            "ask_id_missing", "Parts of the form are declined: name the ask that is decided.", field="/ask_id"
        )
    if message.decision == "re-delegated":
        raise Refused(
            "parts_not_re_delegated",
            "Parts of a form are accepted or refused. Delegate another form to ask somebody else.",
            field="/decision",
        )


def _refused(path: str, code: str, message: str) -> Refused:
    fault = Fault(path=path, code=code, message=message)
    return Refused("invalid_ask", _PROBLEM, faults=(fault,))
