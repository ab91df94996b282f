"""None of the selected forms could be printed, and why. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from contracts.api.forms import MOST_PRINTED
from services.gateway.tasks.views.re_assign import Origin, forms_were

TOO_MANY = f"At most {MOST_PRINTED} forms are printed at once."


@dataclass(frozen=True)
class NotPrintedPage:
    """What became of forms of which none was printed."""

    left: list[str]
    """Each reason with how many."""
    origin: Origin
    """The list that the person came from and goes back to."""


def not_printed_page(reasons: Sequence[str], origin: Origin) -> NotPrintedPage:
    """In words."""
    left = [f"{forms_were(count)} not printed. {reason}" for reason, count in Counter(reasons).items()]
    return NotPrintedPage(left, origin)
