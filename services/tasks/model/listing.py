"""Which tasks a person's lists show, and in what order. No I/O, no clock."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from contracts.api.tasks import Tab, TabCounts, TaskListView, TaskRow
from contracts.authority import Authority
from services.tasks.model.task import OPEN_STATES, Task

PAGE_SIZE = 25


def task_list(
    tasks: Sequence[Task], tab: Tab, page: int, now: datetime, authority_of: Callable[[str], Authority]
) -> TaskListView:
    """One page of one tab, the counts of all, and what waits in the person's groups (requirements F69-F77, F82)."""
    tabs: dict[Tab, list[Task]] = {
        "assigned": sorted((task for task in tasks if task.state in OPEN_STATES), key=_by_due_date),
        "retracted": sorted(
            (task for task in tasks if _is_recently_retracted(task, now, authority_of)),
            key=_by_retraction,
            reverse=True,
        ),
        "submitted": sorted(
            (task for task in tasks if _is_recently_submitted(task, now, authority_of)),
            key=_by_submission,
            reverse=True,
        ),
    }
    waiting = sorted((task for task in tasks if task.state == "in_group"), key=_by_due_date)
    pages = max(1, -(-len(tabs[tab]) // PAGE_SIZE))
    page = min(max(page, 1), pages)
    return TaskListView(
        tab=tab,
        page=page,
        pages=pages,
        rows=[_row(task) for task in tabs[tab][(page - 1) * PAGE_SIZE : page * PAGE_SIZE]],
        counts=TabCounts(**{name: len(listed) for name, listed in tabs.items()}),
        group_rows=[_row(task) for task in waiting[:PAGE_SIZE]],
        group_pages=max(1, -(-len(waiting) // PAGE_SIZE)),
    )


def _by_due_date(task: Task) -> tuple[str, str]:
    return (task.due_on.isoformat(), task.task_id)


def _by_retraction(task: Task) -> str:
    return task.retraction.retracted_at.isoformat() if task.retraction else ""


def _by_submission(task: Task) -> str:
    return task.submission.submitted_at.isoformat() if task.submission else ""


def _is_recently_retracted(task: Task, now: datetime, authority_of: Callable[[str], Authority]) -> bool:
    if task.state != "retracted" or task.retraction is None:
        return False
    return now - task.retraction.retracted_at < timedelta(days=authority_of(task.authority).retracted_days)


def _is_recently_submitted(task: Task, now: datetime, authority_of: Callable[[str], Authority]) -> bool:
    if task.submission is None:
        return False
    return now - task.submission.submitted_at < timedelta(days=authority_of(task.authority).submitted_days)


def _row(task: Task) -> TaskRow:
    return TaskRow(
        task_id=task.task_id,
        authority=task.authority,
        form=task.requested.form,
        form_title=task.requested.form_title,
        subject_name=task.requested.subject.name,
        due_on=task.due_on,
        comments=task.comments,
        state=task.state,
        work_group_name=task.requested.assignee_name,
        retracted_at=task.retraction.retracted_at if task.retraction else None,
        retraction_reason=task.retraction.reason if task.retraction else "",
        submitted_at=task.submission.submitted_at if task.submission else None,
    )
