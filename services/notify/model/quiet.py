"""The hours in which an authority emails nobody about a form (requirement M10). No I/O, no clock."""

from datetime import datetime, timedelta

from chassis.clock import LONDON
from chassis.working_days import in_england
from contracts.authority import Authority
from services.notify.model.delivery import EmailDelivery
from services.notify.model.digest import TELLS_OF_A_FORM


def goes_out_at(delivery: EmailDelivery, authority: Authority) -> datetime:
    """When an email is sent: as soon as it is owed, or when the quiet hours end in which it came to be."""
    hours = authority.quiet
    if hours is None or delivery.purpose not in TELLS_OF_A_FORM:
        return delivery.owed_since
    owed = delivery.owed_since.astimezone(LONDON)
    is_over_midnight, is_begun, is_ended = hours.begin > hours.end, owed.time() >= hours.begin, owed.time() >= hours.end
    is_quiet = (is_begun or not is_ended) if is_over_midnight else (is_begun and not is_ended)
    if not is_quiet:
        return delivery.owed_since
    return in_england(owed.date() + timedelta(days=1 if is_over_midnight and is_begun else 0), hours.end)
