"""Group member tasks and Choose Professional to Re-Assign to, as values."""

from datetime import date

import pytest

from contracts.api.re_assigning import (
    GroupChoice,
    LeftTask,
    ReAssignedView,
    ReAssignView,
    Suggestion,
    UserChoice,
)
from contracts.api.tasks import Colleague, GroupTasksView, TabCounts, TaskListView, TaskRow
from contracts.council import PersonAssignee, WorkGroupAssignee
from services.gateway.tasks.views.group_tasks import group_tasks_page
from services.gateway.tasks.views.lists import tasks_page
from services.gateway.tasks.views.re_assign import re_assign_page, re_assigned_page, selected
from tests.unit.gateway.samples import AUTHORITIES

TODAY = date(2021, 8, 31)
NAMES = {"bristol": "Bristol City Council"}


def a_row(authority: str = "bristol") -> TaskRow:
    return TaskRow(
        task_id="t-1",
        authority=authority,
        form="f",
        form_title="Report",
        subject_name="Gabriel Example",
        due_on=date(2021, 9, 5),
        comments="Please",
        state="assigned",
        holder_name="Sandra Professional",
    )


def a_view(found: int = 1, choices: int = 2, *, is_own: bool = False) -> ReAssignView:
    return ReAssignView(
        tasks=[a_row()],
        is_own=is_own,
        groups=[GroupChoice(work_group_id="wg:1", name="Group 1")],
        users=[UserChoice(email="tom@school.example")],
        groups_found=1,
        users_found=found,
        choices=choices,
    )


def test_only_tasks_of_authorities_in_which_the_person_manages_a_group_offer_re_assign() -> None:
    listed = TaskListView(
        tab="assigned",
        page=1,
        pages=1,
        rows=[a_row(), a_row("oxfordshire")],
        counts=TabCounts(assigned=2, retracted=0, submitted=0),
        group_rows=[],
        manages=["oxfordshire"],
    )
    page = tasks_page(listed, AUTHORITIES.get("bristol"), TODAY, {})
    assert ([row.can_re_assign for row in page.rows], page.re_assigns) == ([False, True], True)
    nobody = listed.model_copy(update={"manages": []})
    assert not tasks_page(nobody, AUTHORITIES.get("bristol"), TODAY, {}).re_assigns
    from_group = nobody.model_copy(update={"rows": [a_row().model_copy(update={"work_group_name": "Group 1"})]})
    assert tasks_page(from_group, AUTHORITIES.get("bristol"), TODAY, {}).re_assigns


def test_of_group_member_tasks_what_was_declined_cannot_be_selected() -> None:
    declined = a_row().model_copy(update={"task_id": "t-0", "state": "declined", "progress": "declined"})
    view = GroupTasksView(page=1, rows=[declined, a_row()], has_more=False, waiting=[declined], manages=["bristol"])
    page = group_tasks_page(view, TODAY, {}, error="Select at least one form.")
    assert [(row.status, row.can_re_assign) for row in page.waiting] == [("Declined", False)]
    assert (page.can_select, [problem.href for problem in page.problems]) == (True, ["#select-t-1"])
    nothing = group_tasks_page(
        view.model_copy(update={"rows": [declined]}), TODAY, {}, error="Select at least one form."
    )
    assert (nothing.can_select, nothing.problems) == (False, [])


def test_group_member_tasks_say_who_has_them_and_page() -> None:
    page = group_tasks_page(GroupTasksView(page=2, rows=[a_row()], has_more=True, manages=["bristol"]), TODAY, {})
    assert [(row.professional, row.due, row.number) for row in page.rows] == [
        ("Sandra Professional", "05-Sep-2021", 26)
    ]
    pager = page.pager
    assert pager.previous == "/group-tasks?page=1&waiting_page=1"
    assert pager.next == "/group-tasks?page=3&waiting_page=1"
    assert page.select_all == "/group-tasks?page=2&waiting_page=1&all=1#selected"
    waiting = GroupTasksView(
        page=1, rows=[], has_more=False, waiting_page=2, waiting=[a_row()], has_more_waiting=True, manages=["bristol"]
    )
    page = group_tasks_page(waiting, TODAY, {}, error="Select at least one form.")
    assert (page.waiting_pager.previous, page.waiting_pager.next) == (
        "/group-tasks?page=1&waiting_page=1",
        "/group-tasks?page=1&waiting_page=3",
    )
    assert [problem.href for problem in page.problems] == ["#select-t-1"]
    nothing = group_tasks_page(GroupTasksView(page=1, rows=[], has_more=False, manages=[]), TODAY, {})
    assert nothing.empty.startswith("You do not manage a work group.")
    assert (nothing.pager.previous, nothing.pager.next, nothing.waiting_pager.next) == (None, None, None)
    assert nothing.problems == []


def test_somebody_who_has_not_registered_is_shown_by_address() -> None:
    page = re_assign_page(a_view(), "group-tasks", TODAY, action="/tasks/t-1/re-assign")
    assert [(one.value, one.name) for one in page.users] == [("person:tom@school.example", "tom@school.example")]
    assert page.holder == "Sandra Professional"
    assert page.lines == ["Report for Gabriel Example, due 05-Sep-2021 (in 5 days)"]
    assert re_assign_page(a_view(is_own=True), "tasks", TODAY, action="/tasks/t-1/re-assign").holder == ""


def test_who_is_suggested_is_said_with_why_and_selected_by_nobody_else() -> None:
    one = Suggestion(
        email="tom@school.example", name="Tom", open_tasks=2, is_of_same_role=False, until=date(2021, 9, 5)
    )
    view = a_view().model_copy(update={"suggestion": one})
    page = re_assign_page(view, "tasks", TODAY, action="/tasks/t-1/re-assign")
    why = "Open forms: 2, the fewest of those with an account who are not away between today and 05-Sep-2021."
    assert page.suggested == f"Suggested: Tom (tom@school.example). {why}"
    assert [user.is_suggested for user in page.users] == [True]
    alike = view.model_copy(update={"suggestion": one.model_copy(update={"is_of_same_role": True, "email": "e"})})
    page = re_assign_page(alike, "tasks", TODAY, action="/tasks/t-1/re-assign")
    assert page.suggested.endswith(" Compared were users with the same role as whoever has the form now.")
    assert [user.is_suggested for user in page.users] == [False]
    late = re_assign_page(view, "tasks", date(2021, 9, 5), action="/tasks/t-1/re-assign")
    assert late.suggested.endswith(" who are not away today.")
    assert re_assign_page(a_view(), "tasks", TODAY, action="/tasks/t-1/re-assign").suggested == ""


def test_whoever_is_away_today_says_so_beside_their_name() -> None:
    view = a_view()
    away = view.users[0].model_copy(update={"away_until": date(2021, 9, 14)})
    page = re_assign_page(
        view.model_copy(update={"users": [away, *view.users]}), "tasks", TODAY, action="/tasks/t-1/re-assign"
    )
    assert [user.away for user in page.users] == ["Away until 14-Sep-2021", ""]


def test_search_is_there_when_it_helps_and_says_what_is_left_out() -> None:
    assert not re_assign_page(a_view(), "tasks", TODAY, action="/tasks/t-1/re-assign").has_search
    many = re_assign_page(a_view(found=60, choices=61), "tasks", TODAY, action="/tasks/t-1/re-assign")
    assert many.has_search
    assert many.users_more == "The first 1 of 60 users are shown. Search to find the others."
    assert many.groups_more == ""


def test_an_error_leads_to_the_first_choice_or_to_the_search() -> None:
    page = re_assign_page(
        a_view(), "tasks", TODAY, action="/tasks/t-1/re-assign", error="Select a work group or a user."
    )
    assert [problem.href for problem in page.problems] == ["#group-1"]
    empty = a_view().model_copy(update={"groups": [], "users": []})
    none = re_assign_page(
        empty, "tasks", TODAY, action="/tasks/t-1/re-assign", words="x", error="Select a work group or a user."
    )
    assert [problem.href for problem in none.problems] == ["#words"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("work_group:wg:1", WorkGroupAssignee(kind="work_group", work_group_id="wg:1")),
        ("person:tom@school.example", PersonAssignee(kind="person", email="tom@school.example")),
        ("person:tom", None),
        ("work_group:", None),
        ("somebody", None),
        ("", None),
    ],
)
def test_what_was_selected_is_read_back(value: str, expected: object) -> None:
    assert selected(value) == expected


def test_what_became_of_several_forms_is_said_with_each_reason_once() -> None:
    left = [LeftTask(task_id=str(number), code="not_open", detail="It is over.") for number in range(2)]
    page = re_assigned_page(ReAssignedView(moved=[a_row(), a_row()], left=left), "tasks")
    assert page.moved == "2 forms were re-assigned. Sandra Professional has them now."
    assert page.left == ["2 forms were not re-assigned: It is over."]
    assert re_assigned_page(ReAssignedView(moved=[a_row()], left=[]), "tasks").moved.endswith("has it now.")
    assert re_assigned_page(ReAssignedView(moved=[], left=left), "tasks").moved == ""


def test_who_has_how_much_and_of_which_council_where_there_are_several() -> None:
    sandra = Colleague(name="Sandra", authority="bristol", open_tasks=3, late=1, task_id="t-1")
    view = GroupTasksView(page=1, rows=[a_row()], has_more=False, manages=["bristol"], colleagues=[sandra])
    (line,) = group_tasks_page(view, TODAY, NAMES).colleagues
    assert (line.name, line.council, line.open_tasks, line.late, line.task_id) == ("Sandra", "", 3, 1, "t-1")
    both = view.model_copy(update={"manages": ["bristol", "oxfordshire"]})
    assert [one.council for one in group_tasks_page(both, TODAY, NAMES).colleagues] == ["Bristol City Council"]
