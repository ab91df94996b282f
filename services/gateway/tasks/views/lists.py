"""The task lists as their page shows them (requirements F67-F76, F82-F84)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from contracts.api.tasks import MOST_WAITING, MovedRow, Tab, TaskListView, TaskRow
from contracts.authority import Authority
from services.gateway.kit.views.frame import SummaryLine
from services.gateway.kit.views.wording import moment
from services.gateway.tasks.views.closed import Closed
from services.gateway.tasks.views.narrowing import (
    EVERYTHING,
    FilterSelect,
    TaskFilter,
    address,
    narrowing_words,
    selects_of,
    unseen,
)
from services.gateway.tasks.views.order import Sorting, order_select, sortings
from services.gateway.tasks.views.rows import TaskLine, task_line
from services.gateway.tasks.views.tabs import tab_texts

PAGE_SIZE = 25


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
    rows: list[TaskLine]
    group_rows: list[TaskLine]
    group_pager: Pager
    group_number: str
    group_beyond: str
    """What is said where more may wait than is listed."""
    group_empty: str
    """What is said where something waits and none of it is shown."""
    number: int
    pages: int
    selects: list[FilterSelect]
    has_search: bool
    """Whether there is anybody to be found by name."""
    wanted: TaskFilter
    order: FilterSelect | None
    """Where there is something to put in order."""
    sortings: Mapping[str, Sorting]
    """What the headings of columns do, where there is."""
    narrowing: str
    """What the list is narrowed to, in words, so that nobody takes it for the whole; empty where it is."""
    unseen: Mapping[str, str]
    """What was chosen and has no place to be chosen in this tab: it stays."""
    councils: bool
    """Whether the tasks are of several councils."""
    moved: list[str]
    re_assigned: str
    """What the person has just given to somebody else, and to whom."""
    signed_in_as: str
    withheld: Sequence[str] = ()
    """What is said of each council whose forms are not here, for it insists on a stronger sign-in."""
    hidden: str = ""
    """How many forms are hidden, in words; empty where none is, or where they are what the page shows."""
    told: str = ""
    """What has been done a moment ago."""
    closed: Closed | None = None
    is_all_selected: bool = False
    error: str = ""

    @property
    def problems(self) -> list[SummaryLine]:
        """The error summary."""
        return [SummaryLine.at(self.error, f"select-{self.rows[0].task_id}")] if self.error and self.rows else []

    @property
    def select_all(self) -> str:
        """The address of the same page with every form selected, at what is done with them."""
        return f"{address('/tasks', self.wanted, tab=self.tab, page=self.number, all=1)}#selected"

    @property
    def re_assigns(self) -> bool:
        """Whether there is anything on the page to re-assign."""
        return any(row.can_re_assign for row in self.rows)

    @property
    def previous(self) -> str | None:
        """The address of the page before."""
        return self._at(self.number - 1) if self.number > 1 else None

    @property
    def next(self) -> str | None:
        """The address of the page after."""
        return self._at(self.number + 1) if self.number < self.pages else None

    def _at(self, page: int) -> str:
        return address("/tasks", self.wanted, tab=self.tab, page=page)


def _moved(row: MovedRow) -> str:
    where = f"was moved to {row.holder_name} by {row.by} on {moment(row.moved_at)}"
    return f"{_named(row)} {where}. You no longer need to complete it."


def re_assigned_words(row: MovedRow | None) -> str:
    """What the person has just given to somebody else, and to whom."""
    return f"The form was re-assigned. {row.holder_name} has it now: {_named(row)}." if row else ""


def _named(row: MovedRow) -> str:
    return f"{row.form_title} for {row.subject_name}" + (f" ({row.reference})" if row.reference else "")


def _group_pager(tasks: TaskListView, wanted: TaskFilter) -> Pager:
    """Through the tasks of the person's groups; the tab below stays where it is."""
    page = tasks.group_page

    def at(group_page: int) -> str:
        return address("/tasks", wanted, tab=tasks.tab, page=tasks.page, group_page=group_page)

    return Pager(
        previous=at(page - 1) if page > 1 else None,
        next=at(page + 1) if page < tasks.group_pages else None,
    )


_NONE_FITS = "No form fits what you have chosen."
_NONE_WAITING_FITS = "No form that waits in your work groups fits what you have chosen."
_BEYOND = f"More than {MOST_WAITING:,} forms may wait: these are the first of them. Narrow the list to see others."


def _withheld(council: str) -> str:
    return (
        f"{council} shows its forms only to whoever signs in with a code from an authenticator app, or with a passkey. "
        "To see them, log out, then sign in at the address that it gave you."
    )


def _hidden(count: int) -> str:
    """What the list says that it does not show."""
    if not count:
        return ""
    return "1 form is hidden for now." if count == 1 else f"{count} forms are hidden for now."


def tasks_page(  # noqa: PLR0917 - what is listed, and who looks at it when
    tasks: TaskListView,
    authority: Authority,
    today: date,
    names: Mapping[str, str],
    wanted: TaskFilter = EVERYTHING,
    email: str = "",
    since: datetime | None = None,
) -> TasksPage:
    """The page of one tab; `names` are the councils' by their codes, `since` says when the person was here before."""
    texts = tab_texts(authority)
    _, heading, empty = texts[tasks.tab]
    if tasks.tab == "assigned" and tasks.counts.snoozed:
        empty = "Every form that you have is hidden for now."
    first = (tasks.page - 1) * PAGE_SIZE + 1
    selects, order = selects_of(tasks, names, wanted), order_select(tasks, wanted)
    narrowing = narrowing_words(selects, wanted)

    def row(number: int, task: TaskRow) -> TaskLine:
        return task_line(number, task, today, tasks.manages, names.get(task.authority, task.authority), since)

    return TasksPage(
        tab=tasks.tab,
        title=f"{authority.brand.portal_name} - tasks to complete",
        heading=heading,
        lead="The following forms have been delegated to you to complete.",
        empty=_NONE_FITS if narrowing else empty,
        tabs=[
            TabLink(key, title, getattr(tasks.counts, key), key == tasks.tab)
            for key, (title, _, _) in texts.items()
            if key != "snoozed" or tasks.counts.snoozed or tasks.tab == key
        ],
        rows=[row(first + index, task) for index, task in enumerate(tasks.rows)],
        group_rows=[row(index + 1, task) for index, task in enumerate(tasks.group_rows)],
        group_pager=_group_pager(tasks, wanted),
        group_number=f"Page {tasks.group_page} of {tasks.group_pages}",
        group_beyond=_BEYOND if tasks.waiting >= MOST_WAITING else "",
        group_empty=_NONE_WAITING_FITS if narrowing and tasks.waiting and not tasks.group_rows else "",
        number=tasks.page,
        pages=tasks.pages,
        selects=selects,
        has_search=bool(wanted.words) or getattr(tasks.counts, tasks.tab) + tasks.waiting > 1,
        wanted=wanted,
        order=order,
        sortings=sortings(wanted.order) if order else {},
        narrowing=narrowing,
        unseen=unseen(selects if order is None else [*selects, order], wanted),
        councils=len(tasks.choices.authorities) > 1,
        moved=[_moved(one) for one in tasks.moved],
        re_assigned=re_assigned_words(tasks.re_assigned),
        signed_in_as=email,
        withheld=[_withheld(names.get(code, code)) for code in tasks.withheld],
        hidden=_hidden(tasks.counts.snoozed) if tasks.tab == "assigned" else "",
    )
