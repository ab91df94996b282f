"""The task lists as their page shows them (requirements F67-F76, F82-F84)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from contracts.api.tasks import GroupTasksView, Tab, TaskListView, TaskRow
from contracts.authority import Authority
from services.gateway.views.dates import day, due_words, moment

PAGE_SIZE = 25


@dataclass(frozen=True)
class Row:
    """One task."""

    number: int
    task_id: str
    form: str
    name: str
    due: str
    due_words: str
    late: bool
    comments: str
    work_group: str
    professional: str
    can_re_assign: bool
    at: str


@dataclass(frozen=True)
class TabLink:
    """A tab and how many tasks it holds."""

    key: Tab
    title: str
    count: int
    current: bool


@dataclass(frozen=True)
class Pager:
    """Where the pages before and after are."""

    previous: str | None
    next: str | None


@dataclass(frozen=True)
class TasksPage:
    """Tasks to complete."""

    title: str
    tab: Tab
    heading: str
    lead: str
    empty: str
    tabs: list[TabLink]
    rows: list[Row]
    group_rows: list[Row]
    group_pager: Pager
    group_number: str
    number: int
    pages: int
    re_assigned: bool
    """Whether the person comes from having re-assigned a form."""

    @property
    def re_assigns(self) -> bool:
        """Whether there is anything on the page to re-assign."""
        return any(row.can_re_assign for row in self.rows)

    @property
    def previous(self) -> str | None:
        """The address of the page before."""
        return f"/tasks?tab={self.tab}&page={self.number - 1}" if self.number > 1 else None

    @property
    def next(self) -> str | None:
        """The address of the page after."""
        return f"/tasks?tab={self.tab}&page={self.number + 1}" if self.number < self.pages else None


@dataclass(frozen=True)
class GroupTasksPage:
    """Group member tasks (requirements F90, F91)."""

    rows: list[Row]
    empty: str
    number: int
    has_more: bool
    re_assigned: bool

    @property
    def previous(self) -> str | None:
        """The address of the page before."""
        return f"/group-tasks?page={self.number - 1}" if self.number > 1 else None

    @property
    def next(self) -> str | None:
        """The address of the page after."""
        return f"/group-tasks?page={self.number + 1}" if self.has_more else None


def _row(number: int, task: TaskRow, today: date, manages: Sequence[str]) -> Row:
    """A row; what happened to the task stands in `at`, why in `comments`."""
    at = task.submitted_at or task.retracted_at
    return Row(
        number=number,
        task_id=task.task_id,
        form=task.form_title,
        name=task.subject_name,
        due=day(task.due_on),
        due_words=due_words(task.due_on, today),
        late=task.due_on < today,
        comments=task.retraction_reason if task.retracted_at else task.comments,
        work_group=task.work_group_name,
        professional=task.holder_name,
        can_re_assign=task.authority in manages,
        at=moment(at) if at else "",
    )


def group_tasks_page(tasks: GroupTasksView, today: date, *, re_assigned: bool = False) -> GroupTasksPage:
    """What members have picked up from the groups that a person manages."""
    first = (tasks.page - 1) * PAGE_SIZE + 1
    return GroupTasksPage(
        rows=[_row(first + index, task, today, tasks.manages) for index, task in enumerate(tasks.rows)],
        empty=(
            "Nobody has picked up a form from the work groups you manage."
            if tasks.manages
            else "You do not manage a work group. Work groups are set up by the council."
        ),
        number=tasks.page,
        has_more=tasks.has_more,
        re_assigned=re_assigned,
    )


def _group_pager(tasks: TaskListView) -> Pager:
    """Through the tasks of the person's groups; the tab below stays where it is."""
    here = f"/tasks?tab={tasks.tab}&page={tasks.page}&group_page="
    page = tasks.group_page
    return Pager(
        previous=f"{here}{page - 1}" if page > 1 else None,
        next=f"{here}{page + 1}" if page < tasks.group_pages else None,
    )


def tasks_page(tasks: TaskListView, authority: Authority, today: date, *, re_assigned: bool = False) -> TasksPage:
    """The page of one tab."""
    retracted, submitted = authority.retracted_days, authority.submitted_days
    texts: dict[Tab, tuple[str, str, str]] = {
        "assigned": ("Currently Assigned Tasks", "Currently Assigned Tasks", "There are no forms for you to complete."),
        "retracted": (
            "Recently Retracted Tasks",
            f"Recently Retracted Forms (Last {retracted} Days)",
            f"No form was retracted in the last {retracted} days.",
        ),
        "submitted": (
            "Recently Submitted Tasks",
            f"Recently Submitted Forms (Last {submitted} Days)",
            f"You have submitted no form in the last {submitted} days.",
        ),
    }
    _, heading, empty = texts[tasks.tab]
    first = (tasks.page - 1) * PAGE_SIZE + 1
    return TasksPage(
        tab=tasks.tab,
        title=f"{authority.brand.portal_name} - tasks to complete",
        heading=heading,
        lead="The following forms have been delegated to you to complete.",
        empty=empty,
        tabs=[
            TabLink(key, title, getattr(tasks.counts, key), key == tasks.tab) for key, (title, _, _) in texts.items()
        ],
        rows=[_row(first + index, task, today, tasks.manages) for index, task in enumerate(tasks.rows)],
        group_rows=[_row(index + 1, task, today, tasks.manages) for index, task in enumerate(tasks.group_rows)],
        group_pager=_group_pager(tasks),
        group_number=f"Page {tasks.group_page} of {tasks.group_pages}",
        number=tasks.page,
        pages=tasks.pages,
        re_assigned=re_assigned,
    )
