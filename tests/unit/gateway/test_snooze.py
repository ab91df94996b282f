"""Hide until a date: what the pages and the list say of it."""

from datetime import date

from contracts.api.re_assigning import LeftTask
from contracts.api.snoozes import SelectedView, SnoozedView
from contracts.api.tasks import TabCounts
from services.gateway.tasks.views.narrowing import TaskFilter
from services.gateway.tasks.views.snooze import snooze_page, snoozed_page
from tests.unit.gateway.test_task_list import TODAY, a_page, a_row

LATER = date(2021, 9, 3)


def counts(snoozed: int) -> TabCounts:
    return TabCounts(assigned=1, snoozed=snoozed, retracted=0, submitted=0)


def test_the_list_says_how_many_are_hidden_and_has_a_tab_for_them() -> None:
    page = a_page([a_row()], counts=counts(2))
    assert page.hidden == "2 forms are hidden for now."
    assert [(tab.title, tab.count) for tab in page.tabs][:2] == [("Currently Assigned Tasks", 1), ("Hidden Tasks", 2)]
    assert a_page([a_row()], counts=counts(1)).hidden == "1 form is hidden for now."
    assert a_page([], counts=counts(1)).empty == "Every form that you have is hidden for now."
    without = a_page([a_row()], counts=counts(0))
    assert (without.hidden, [tab.key for tab in without.tabs]) == ("", ["assigned", "retracted", "submitted"])


def test_a_hidden_form_says_when_it_comes_back_and_one_that_has_come_back_does_not() -> None:
    rows = [a_row().model_copy(update={"snoozed_until": day}) for day in (LATER, TODAY, None)]
    page = a_page(rows, tab="snoozed", counts=counts(3))
    assert [row.back for row in page.rows] == ["03-Sep-2021", "", ""]
    assert (page.hidden, page.heading) == ("", "Hidden Tasks")


def test_what_is_selected_stays_with_what_the_list_is_narrowed_to() -> None:
    page = a_page([a_row()], TaskFilter(form="f"))
    assert page.select_all == "/tasks?tab=assigned&page=1&all=1&form=f#selected"
    assert page.problems == []


def test_forms_that_come_back_on_different_days_and_those_that_stay_are_counted_apart() -> None:
    due_then = a_row().model_copy(update={"snoozed_until": a_row().due_on})
    later = a_row().model_copy(update={"snoozed_until": LATER})
    left = [LeftTask(task_id=name, code="due", detail="It is due today or late.") for name in ("a", "b")]
    page = snoozed_page(SnoozedView(snoozed=[due_then, later, later], left=left))
    assert page.hidden == [
        "2 forms are hidden until 03-Sep-2021.",
        "1 form is hidden until 05-Sep-2021, when it is due.",
    ]
    assert page.left == ["2 forms are not hidden. It is due today or late."]


def test_the_page_names_each_form_with_its_date() -> None:
    page = snooze_page(SelectedView(tasks=[a_row()]), TODAY)
    assert page.lines == ["Report for Gabriel Example, due 05-Sep-2021 (in 5 days)"]
    assert (page.task_ids, page.errors.problems) == (["t"], [])
