"""Which tasks a person's lists show, for how long, and what a row says. No I/O, no clock."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple, Self, get_args

from pydantic import AwareDatetime

from contracts.api.tasks import Choice, ListChoices, MovedRow, Progress, Tab, TaskRow, TaskState
from contracts.authority import Authority
from contracts.base import Sealed, Value
from services.tasks.model.task import OPEN_STATES, Task

PAGE_SIZE = 25
MOVED_DAYS = 7
"""How long the former holder is told in the list where a task went."""
STATES_OF: dict[Tab, tuple[TaskState, ...]] = {
    "assigned": OPEN_STATES,
    "retracted": ("retracted",),
    "submitted": ("submitted",),
}


class DeskFilter(Value):
    """What a person wants to see of their tasks; an empty part says nothing."""

    form: str = ""
    child: str = ""
    authority: str = ""
    progress: str = ""


class Window(NamedTuple):
    """From when on the closed tasks of some authorities are listed."""

    since: datetime
    authorities: list[str]


def windows(authorities: Iterable[Authority], tab: Tab, now: datetime) -> list[Window]:
    """The authorities by how long they show what is over (requirements F74, F75); usually one for all."""
    found: dict[int, list[str]] = {}
    for authority in authorities:
        found.setdefault(window_days(authority, tab), []).append(authority.code)
    return [Window(now - timedelta(days=days), codes) for days, codes in sorted(found.items())]


def window_days(authority: Authority, tab: Tab) -> int:
    """How many days a closed task can be seen."""
    return authority.submitted_days if tab == "submitted" else authority.retracted_days


class ListedRow(Value):
    """A row as the database keeps it: what lists are narrowed and sorted by in clear, and the whole of it sealed."""

    authority: str
    form: str
    child: str
    progress: Progress | None
    due_on: date
    retracted_at: AwareDatetime | None
    submitted_at: AwareDatetime | None
    moved_at: AwareDatetime | None
    shown: Sealed[TaskRow]

    @classmethod
    def of(cls, row: TaskRow) -> Self:
        """Of the row that is shown."""
        return cls(**row.model_dump(include=cls.model_fields.keys() - {"shown"}), shown=row)


def row_of(task: Task, child: str = "") -> TaskRow:
    """A task as a list shows it; `child` is a name for the child that says nothing: it stands in addresses."""
    return TaskRow(
        task_id=task.task_id,
        reference=task.reference,
        authority=task.authority,
        form=task.requested.form,
        form_title=task.requested.form_title,
        child=child,
        subject_name=task.requested.subject.name,
        due_on=task.due_on,
        comments=task.comments,
        state=task.state,
        progress=task.progress,
        work_group_name=task.work_group.name if task.work_group else "",
        holder_name=(task.holder.name or task.holder.email or "") if task.holder.kind == "person" else "",
        retracted_at=task.retraction.retracted_at if task.retraction else None,
        retraction_reason=task.retraction.reason if task.retraction else "",
        submitted_at=task.submission.submitted_at if task.submission else None,
        moved_at=task.moves[-1].moved_at if task.moves else None,
    )


def moved_row(task: Task) -> MovedRow:
    """A task that has a new holder, as its former one and whoever moved it read of it."""
    move = task.moves[-1]
    return MovedRow(
        reference=task.reference,
        form_title=task.requested.form_title,
        subject_name=task.requested.subject.name,
        holder_name=task.holder.name or task.holder.email or "a work group",
        by=move.by_name or move.by,
        moved_at=move.moved_at,
    )


def place(page: int, count: int) -> tuple[int, int]:
    """The page that there is for the one asked for, and how many there are."""
    pages = max(1, -(-count // PAGE_SIZE))
    return min(max(page, 1), pages), pages


def choices(rows: Iterable[TaskRow]) -> ListChoices:
    """What the list can be narrowed to, by name."""
    known = list(rows)
    return ListChoices(
        forms=_by_name({row.form: row.form_title for row in known}),
        children=_by_name({row.child: row.subject_name for row in known if row.child}),
        authorities=sorted({row.authority for row in known}),
        progress=[one for one in get_args(Progress) if any(row.progress == one for row in known)],
    )


def _by_name(found: dict[str, str]) -> list[Choice]:
    return sorted((Choice(key=key, name=name) for key, name in found.items()), key=lambda one: one.name.casefold())
