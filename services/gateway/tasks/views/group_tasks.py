"""Group member tasks, for whoever manages work groups (requirements F90, F91, M8): waiting, and picked up. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from contracts.api.tasks import GroupTasksView
from services.gateway.kit.views.frame import SummaryLine
from services.gateway.tasks.views.lists import PAGE_SIZE, Pager, re_assigned_words
from services.gateway.tasks.views.rows import TaskLine, task_line


@dataclass(frozen=True)
class ColleagueLine:
    """Who has picked up how much."""

    name: str
    council: str
    """Where there are several."""
    open_tasks: int
    late: int
    task_id: str


@dataclass(frozen=True)
class GroupTasksPage:
    """Group member tasks (requirements F90, F91, M8)."""

    rows: list[TaskLine]
    waiting: list[TaskLine]
    colleagues: list[ColleagueLine]
    empty: str
    number: int
    waiting_number: int
    pager: Pager
    waiting_pager: Pager
    re_assigned: str
    is_all_selected: bool
    select_all: str
    """The address of the same pages with every form selected, at what is done with them."""
    error: str = ""

    @property
    def can_select(self) -> bool:
        """Whether there is a form to select: what was declined is its council's to decide about."""
        return any(row.can_re_assign for row in (*self.waiting, *self.rows))

    @property
    def problems(self) -> list[SummaryLine]:
        """The error summary."""
        first = next((row.task_id for row in (*self.waiting, *self.rows) if row.can_re_assign), "")
        return [SummaryLine.at(self.error, f"select-{first}")] if self.error and first else []


def group_tasks_page(
    tasks: GroupTasksView, today: date, names: Mapping[str, str], *, is_all_selected: bool = False, error: str = ""
) -> GroupTasksPage:
    """What members have picked up from the groups that a person manages, and what waits there.

    `names` are the councils' by their codes.
    """
    first = (tasks.page - 1) * PAGE_SIZE + 1

    def at(page: int, waiting_page: int, **more: int) -> str:
        return f"/group-tasks?{urlencode({'page': page, 'waiting_page': waiting_page, **more})}"

    page, waiting_page = tasks.page, tasks.waiting_page
    return GroupTasksPage(
        rows=[task_line(first + index, task, today, tasks.manages) for index, task in enumerate(tasks.rows)],
        empty=(
            "Nobody has picked up a form from the work groups you manage."
            if tasks.manages
            else "You do not manage a work group. Work groups are set up by the council."
        ),
        waiting=[task_line(index + 1, task, today, tasks.manages) for index, task in enumerate(tasks.waiting)],
        colleagues=[
            ColleagueLine(
                one.name,
                names.get(one.authority, one.authority) if len(tasks.manages) > 1 else "",
                one.open_tasks,
                one.late,
                one.task_id,
            )
            for one in tasks.colleagues
        ],
        number=page,
        waiting_number=waiting_page,
        pager=Pager(
            previous=at(page - 1, waiting_page) if page > 1 else None,
            next=at(page + 1, waiting_page) if tasks.has_more else None,
        ),
        waiting_pager=Pager(
            previous=at(page, waiting_page - 1) if waiting_page > 1 else None,
            next=at(page, waiting_page + 1) if tasks.has_more_waiting else None,
        ),
        re_assigned=re_assigned_words(tasks.re_assigned),
        is_all_selected=is_all_selected,
        select_all=f"{at(page, waiting_page, all=1)}#selected",
        error=error,
    )
