"""In which orders the list of what is to be done can be put, and what its columns say of that (ADR 0068). Pure."""

from dataclasses import dataclass

from contracts.api.tasks import Choice, ListOrder, TaskListView
from services.gateway.tasks.views.narrowing import OPEN_TABS, USUAL_ORDER, FilterSelect, TaskFilter

_NAMES: dict[ListOrder, str] = {
    "due": "Due Date",
    "received": "Received, the latest first",
    "form": "Form Type",
    "authority": "Council",
}
"""What they are called. Three are columns; of when a form was received there is none, its row says it."""


@dataclass(frozen=True)
class Sorting:
    """What the heading of a column does: it puts the list in an order, in which it may be already."""

    order: ListOrder
    is_current: bool


def sortings(current: str) -> dict[str, Sorting]:
    """By the names of the columns; `current` is empty where nobody chose an order."""
    columns = {order: name for order, name in _NAMES.items() if order != "received"}
    return {name: Sorting(order, order == (current or USUAL_ORDER)) for order, name in columns.items()}


def order_select(tasks: TaskListView, wanted: TaskFilter) -> FilterSelect | None:
    """To choose one of them, where more than one form is to be done or waits; by council where there are several."""
    if tasks.tab not in OPEN_TABS or getattr(tasks.counts, tasks.tab) + tasks.waiting <= 1:
        return None
    has_councils = len(tasks.choices.authorities) > 1 or wanted.order == "authority"
    left_out = {USUAL_ORDER} if has_councils else {USUAL_ORDER, "authority"}
    orders = [Choice(key=order, name=name) for order, name in _NAMES.items() if order not in left_out]
    return FilterSelect("order", "In the order of", _NAMES[USUAL_ORDER], orders, wanted.order)
