"""What a list is narrowed to and its order: offered, said, and kept from one tab and visit to the next."""

import pytest

from contracts.api.tasks import Choice, ListChoices, Tab, TabCounts
from services.gateway.tasks.views.narrowing import TaskFilter, choices_of
from tests.unit.gateway.test_task_list import a_page, a_row

FORMS = [Choice(key="report", name="Report"), Choice(key="advice", name="Advice")]
CHOICES = ListChoices(forms=FORMS, authorities=["bristol", "oxfordshire"], progress=["not_started", "in_progress"])
ONE = TabCounts(assigned=1, retracted=0, submitted=0)


def test_what_the_list_is_narrowed_to_is_said_in_words_and_its_order_is_not() -> None:
    wanted = TaskFilter(form="report", authority="bristol", progress="in_progress", name="x", words="Gab", order="form")
    assert a_page([a_row()], wanted, choices=CHOICES).narrowing == (
        "Only some of your forms are shown. Form Type: Report. Council: Bristol City Council. Status: In progress. "
        "Name begins with: Gab."
    )
    in_order = a_page([], TaskFilter(order="form"), choices=CHOICES)
    assert (in_order.narrowing, in_order.empty) == ("", "There are no forms for you to complete.")


def test_what_was_chosen_before_and_is_gone_can_be_seen_to_be_chosen() -> None:
    page = a_page([], TaskFilter(form="gone"), choices=CHOICES)
    assert page.narrowing == "Only some of your forms are shown. Form Type: One that you no longer have."
    assert [one.key for one in page.selects[0].choices] == ["report", "advice", "gone"]


def test_where_something_waits_and_none_of_it_fits_that_is_said() -> None:
    said = "No form that waits in your work groups fits what you have chosen."
    assert a_page([], TaskFilter(form="report"), waiting=3, choices=CHOICES).group_empty == said
    for fits in ({"waiting": 0}, {"waiting": 3, "group_rows": [a_row()]}):
        assert a_page([], TaskFilter(form="report"), choices=CHOICES, **fits).group_empty == ""
    assert a_page([], waiting=3).group_empty == ""


@pytest.mark.parametrize(
    ("tab", "unseen"),
    [
        ("assigned", {}),
        ("snoozed", {}),
        ("submitted", {"progress": "in_progress", "order": "form"}),
        ("retracted", {"progress": "in_progress", "order": "form"}),
    ],
)
def test_what_cannot_be_chosen_in_a_tab_stays_and_does_not_narrow_it(tab: Tab, unseen: dict[str, str]) -> None:
    counts = TabCounts(assigned=9, snoozed=9, retracted=9, submitted=9)
    page = a_page([], TaskFilter(progress="in_progress", order="form"), tab=tab, counts=counts)
    assert (page.unseen, bool(page.narrowing)) == (unseen, not unseen)
    assert (page.order is None) is bool(unseen)


@pytest.mark.parametrize(
    ("order", "column"),
    [("", ["Due Date"]), ("received", []), ("form", ["Form Type"]), ("authority", ["Council"])],
)
def test_the_column_says_that_the_list_is_sorted_by_it(order: str, column: list[str]) -> None:
    page = a_page([a_row()], TaskFilter(order=order))
    assert [name for name, one in page.sortings.items() if one.is_current] == column
    assert page.next == "/tasks?tab=assigned&page=2" + (f"&order={order}" if order else "")


def test_an_order_is_offered_where_there_is_something_to_put_in_order() -> None:
    alone = a_page([a_row()], counts=ONE)
    assert (alone.order, alone.sortings) == (None, {})
    waiting = a_page([a_row()], counts=ONE, waiting=1).order
    assert waiting is not None
    assert (waiting.every, [one.key for one in waiting.choices]) == ("Due Date", ["received", "form"])
    both = a_page([a_row()], choices=CHOICES).order
    assert both is not None
    assert [one.key for one in both.choices] == ["received", "form", "authority"]


def test_an_order_or_a_status_that_there_is_not_is_none_and_a_text_without_end_is_cut() -> None:
    nothing = dict.fromkeys(("form", "authority", "progress", "order"), "")
    assert choices_of({**nothing, "order": "surname", "progress": "lost"}.__getitem__) == nothing
    assert choices_of({**nothing, "order": "due"}.__getitem__) == nothing
    said = {"form": "f", "authority": "bristol", "progress": "returned", "order": "received"}
    assert choices_of(said.__getitem__) == said
    assert len(choices_of({**nothing, "form": "f" * 9_000}.__getitem__)["form"]) == 200


def test_of_a_childs_name_nothing_is_kept_between_visits() -> None:
    wanted = TaskFilter(form="report", name="unreadable", words="Gab", order="form")
    assert wanted.choice() == {"form": "report", "order": "form"}
    assert wanted.parameters() == {"form": "report", "order": "form", "name": "unreadable"}
