"""In which order a list is read."""

from services.tasks.model.listing import DeskFilter
from services.tasks.store.queries import BY_DUE_DATE, EVERYTHING, ORDERS, Narrowing, in_order


def test_of_one_council_alone_the_order_by_council_is_the_one_by_due_date() -> None:
    of_one = Narrowing(DeskFilter(authority="bristol"))
    assert in_order("authority", of_one) == BY_DUE_DATE
    assert in_order("authority", EVERYTHING) == ORDERS["authority"]
    assert in_order("form", of_one) == ORDERS["form"]


def test_every_order_ends_in_what_no_two_tasks_share() -> None:
    assert {order[-1][0] for order in ORDERS.values()} == {"_id"}
