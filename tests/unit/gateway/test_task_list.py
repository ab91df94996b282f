"""The task list: narrowed, of several councils, and told what went elsewhere."""

from datetime import date, datetime, timedelta

import pytest

from contracts.api.tasks import Choice, ListChoices, MovedRow, Progress, TabCounts, TaskListView, TaskRow
from services.gateway.tasks.views.closed import closed
from services.gateway.tasks.views.in_words import in_words
from services.gateway.tasks.views.lists import TasksPage, tasks_page
from services.gateway.tasks.views.narrowing import TaskFilter
from services.gateway.tasks.views.rows import LONGEST_COMMENTS, task_line
from tests.unit.gateway.samples import AT, AUTHORITIES

TODAY = date(2021, 8, 31)
NAMES = {one.code: one.brand.name for one in AUTHORITIES}
MOVED = MovedRow(
    reference="BRI-4K7Q-22",
    form_title="EHC advice",
    subject_name="Gabriel Example",
    holder_name="Sandra Example",
    by="Morag Manager",
    moved_at=AT,
)


def a_row(authority: str = "bristol", comments: str = "Please", work_group: str = "") -> TaskRow:
    return TaskRow(
        task_id="t",
        reference="BRI-4K7Q-22",
        authority=authority,
        form="f",
        form_title="Report",
        subject_name="Gabriel Example",
        due_on=date(2021, 9, 5),
        comments=comments,
        state="assigned",
        work_group_name=work_group,
    )


def a_page(rows: list[TaskRow], wanted: TaskFilter | None = None, **more: object) -> TasksPage:
    view = TaskListView(
        tab="assigned",
        page=1,
        pages=2,
        rows=rows,
        counts=TabCounts(assigned=9, retracted=0, submitted=0),
        group_rows=[],
    )
    changed = view.model_copy(update=more)
    return tasks_page(changed, AUTHORITIES.get("bristol"), TODAY, NAMES, wanted or TaskFilter(), "a@b.example")


def test_what_the_list_is_narrowed_to_stays_while_paging_and_names_nobody() -> None:
    forms = [Choice(key="key-1", name="Report"), Choice(key="key-2", name="Advice")]
    wanted = TaskFilter(form="key-1", name="unreadable", words="Gab")
    page = a_page([a_row()], wanted, choices=ListChoices(forms=forms, authorities=["bristol"]))
    assert page.next == "/tasks?tab=assigned&page=2&form=key-1&name=unreadable"
    assert page.select_all == "/tasks?tab=assigned&page=1&all=1&form=key-1&name=unreadable#selected"
    assert [(one.label, one.chosen) for one in page.selects] == [("Form Type", "key-1")]
    assert a_page([], wanted).empty == "No form fits what you have chosen."


def test_whose_forms_are_withheld_is_said_by_name() -> None:
    (words,) = a_page([], withheld=["oxfordshire"]).withheld
    assert words.startswith("Oxfordshire County Council shows its forms only to whoever signs in with a code from an")


@pytest.mark.parametrize(("waiting", "is_said"), [(999, False), (1000, True)])
def test_where_more_may_wait_than_is_listed_that_is_said(waiting: int, *, is_said: bool) -> None:
    assert bool(a_page([], waiting=waiting).group_beyond) is is_said


def test_a_row_without_a_date_has_an_empty_cell_and_is_never_late() -> None:
    undated = a_row().model_copy(update={"due_on": None})
    (line,) = a_page([undated]).rows
    assert (line.due, line.due_words, line.late) == ("", "", False)
    assert in_words(undated, TODAY) == "Report for Gabriel Example"


def test_a_name_is_looked_for_where_there_is_more_than_one_form() -> None:
    counts = TabCounts(assigned=1, retracted=0, submitted=0)
    assert a_page([a_row()]).has_search
    assert not a_page([a_row()], counts=counts).has_search
    assert a_page([a_row()], counts=counts, waiting=1).has_search
    assert a_page([], TaskFilter(name="unreadable", words="Gab"), counts=counts).has_search


def test_councils_are_named_where_there_are_several() -> None:
    several = ListChoices(authorities=["bristol", "oxfordshire"])
    page = a_page([a_row(), a_row("oxfordshire")], choices=several)
    assert page.councils
    assert [row.council for row in page.rows] == ["Bristol City Council", "Oxfordshire County Council"]
    assert [one.label for one in page.selects] == ["Council"]
    assert not a_page([a_row()], choices=ListChoices(authorities=["bristol"])).councils


def test_a_status_is_said_in_words_and_can_be_chosen_where_tasks_differ_in_it() -> None:
    kinds: list[Progress] = ["not_started", "in_progress", "returned"]
    rows = [a_row().model_copy(update={"progress": kind}) for kind in kinds]
    page = a_page([*rows, a_row()], TaskFilter(progress="in_progress"), choices=ListChoices(progress=kinds))
    assert [row.status for row in page.rows] == ["Not started", "In progress", "Returned", ""]
    assert [(one.label, one.chosen, [choice.name for choice in one.choices]) for one in page.selects] == [
        ("Status", "in_progress", ["Not started", "In progress", "Returned"])
    ]
    assert page.next == "/tasks?tab=assigned&page=2&progress=in_progress"
    assert a_page(rows, choices=ListChoices(progress=kinds), tab="submitted").selects == []


def test_long_comments_begin_in_the_row_and_short_ones_stand_there_whole() -> None:
    long, short = a_page([a_row(comments="word " * 200), a_row()]).rows
    assert 0 < len(long.comments_begin) <= LONGEST_COMMENTS
    assert short.comments_begin == ""


def test_whoever_lost_a_form_and_whoever_gave_it_away_read_where_it_is() -> None:
    page = a_page([], moved=[MOVED], re_assigned=MOVED)
    assert page.moved == [
        (
            "EHC advice for Gabriel Example (BRI-4K7Q-22) was moved to Sandra Example by Morag Manager on "
            "30-Aug-2021 14:02. You no longer need to complete it."
        )
    ]
    assert page.re_assigned == (
        "The form was re-assigned. Sandra Example has it now: EHC advice for Gabriel Example (BRI-4K7Q-22)."
    )


def test_a_form_that_was_closed_with_a_problem_is_named_where_it_is_in_the_list() -> None:
    told = closed([a_row()], "t", 2)
    assert told.words == "Report for Gabriel Example is saved, but an answer on page 2 has a problem."
    assert (told.href, told.link) == ("/forms/t/2", "Go back to page 2")
    assert closed([], "t", 2).words.startswith("The form is saved")


def test_what_came_or_was_changed_since_the_person_was_here_before_says_so() -> None:
    before, after = AT - timedelta(days=1), AT + timedelta(days=1)
    row = a_row().model_copy(update={"progress": "not_started", "came_at": AT})
    changed = row.model_copy(update={"changed_at": AT + timedelta(hours=1)})
    over = changed.model_copy(update={"progress": None})

    def news(row: TaskRow, since: datetime | None) -> str:
        return task_line(1, row, TODAY, [], since=since).news

    assert [news(one, before) for one in (row, changed, over)] == ["New", "New", ""]
    assert [news(one, AT) for one in (row, changed, over)] == ["", "Changed", ""]
    assert [news(one, after) for one in (row, changed)] == ["", ""]
    assert news(row, None) == "", "of what is all new nothing is"
    opened = [one.model_copy(update={"seen_at": AT}) for one in (row, changed)]
    assert [news(one, before) for one in opened] == ["", "Changed"]
    assert [news(one, after) for one in opened] == ["", ""], "opening it makes nothing new that was not"
