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
) -> TaskListView:
    """One page of one tab, the counts of all, and what waits in the person's groups (requirements F69-F77, F82)."""
    tabs: dict[Tab, list[TaskRow]] = {
        "assigned": sorted((row for row in rows if row.state in OPEN_STATES), key=_by_due_date),
        "retracted": _latest_first([row for row in rows if _is_recently_retracted(row, now, authority_of)]),
        "submitted": _latest_first([row for row in rows if _is_recently_submitted(row, now, authority_of)]),
    }
    waiting = sorted((row for row in rows if row.state == "in_group"), key=_by_due_date)
    pages = max(1, -(-len(tabs[tab]) // PAGE_SIZE))
    page = min(max(page, 1), pages)
    return TaskListView(
        tab=tab,
        page=page,
        pages=pages,
        rows=tabs[tab][(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        counts=TabCounts(**{name: len(listed) for name, listed in tabs.items()}),
        group_rows=waiting[:PAGE_SIZE],
        group_pages=max(1, -(-len(waiting) // PAGE_SIZE)),
    )


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
