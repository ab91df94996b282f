"""Which tasks a person's lists show, and in what order. No I/O, no clock."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from contracts.api.tasks import Tab, TabCounts, TaskListView, TaskRow
from contracts.authority import Authority
from services.tasks.model.task import OPEN_STATES, Task

PAGE_SIZE = 25
AuthorityOf = Callable[[str], Authority]


def row_of(task: Task) -> TaskRow:
    """A task as a list shows it."""
    return TaskRow(
        task_id=task.task_id,
        reference=task.reference,
        authority=task.authority,
        form=task.requested.form,
        form_title=task.requested.form_title,
        subject_name=task.requested.subject.name,
        due_on=task.due_on,
        comments=task.comments,
        state=task.state,
        work_group_name=task.work_group.name if task.work_group else "",
        holder_name=(task.holder.name or task.holder.email or "") if task.holder.kind == "person" else "",
        retracted_at=task.retraction.retracted_at if task.retraction else None,
        retraction_reason=task.retraction.reason if task.retraction else "",
        submitted_at=task.submission.submitted_at if task.submission else None,
    )


def task_list(
    rows: Sequence[TaskRow],
    tab: Tab,
    page: int,
    now: datetime,
    authority_of: AuthorityOf,
    *,
    group_page: int = 1,
) -> TaskListView:
    """One page of one tab, the counts of all, and what waits in the person's groups (requirements F69-F77, F82)."""
    tabs: dict[Tab, list[TaskRow]] = {
        "assigned": sorted((row for row in rows if row.state in OPEN_STATES), key=_by_due_date),
        "retracted": _latest_first([row for row in rows if _is_recently_retracted(row, now, authority_of)]),
        "submitted": _latest_first([row for row in rows if _is_recently_submitted(row, now, authority_of)]),
    }
    waiting = sorted((row for row in rows if row.state == "in_group"), key=_by_due_date)
    page, pages = _place(page, len(tabs[tab]))
    group_page, group_pages = _place(group_page, len(waiting))
    return TaskListView(
        tab=tab,
        page=page,
        pages=pages,
        rows=_cut(tabs[tab], page),
        counts=TabCounts(**{name: len(listed) for name, listed in tabs.items()}),
        group_rows=_cut(waiting, group_page),
        group_page=group_page,
        group_pages=group_pages,
    )


def _place(page: int, count: int) -> tuple[int, int]:
    """The page that there is for the one asked for, and how many there are."""
    pages = max(1, -(-count // PAGE_SIZE))
    return min(max(page, 1), pages), pages


def _cut(rows: list[TaskRow], page: int) -> list[TaskRow]:
    return rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]


def _by_due_date(row: TaskRow) -> tuple[str, str]:
    return (row.due_on.isoformat(), row.task_id)


def _latest_first(rows: list[TaskRow]) -> list[TaskRow]:
    return sorted(rows, key=lambda row: str(row.submitted_at or row.retracted_at), reverse=True)


def _is_recently_retracted(row: TaskRow, now: datetime, authority_of: AuthorityOf) -> bool:
    if row.state != "retracted" or row.retracted_at is None:
        return False
    return now - row.retracted_at < timedelta(days=authority_of(row.authority).retracted_days)


def _is_recently_submitted(row: TaskRow, now: datetime, authority_of: AuthorityOf) -> bool:
    if row.state != "submitted" or row.submitted_at is None:
        return False
    return now - row.submitted_at < timedelta(days=authority_of(row.authority).submitted_days)
