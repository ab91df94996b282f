"""When what is over is erased, and when its council is warned. No I/O, no clock."""

from datetime import datetime, timedelta

from contracts.authority import Authority
from services.tasks.model.facts import SubmissionFact
from services.tasks.model.task import Task

KEEPERS = frozenset({"files", "forms", "notify", "tasks"})
"""The services that keep something about a delegation."""


def erased_on(task: Task, authority: Authority) -> datetime | None:
    """When it is erased, never while professionals may still read it; None for what is not over, or gone."""
    kept = authority.retention
    if task.submission is not None:
        read_until = task.submission.submitted_at + timedelta(days=authority.submitted_days)
        return max(read_until, _end_of(task.submission, authority))
    if task.retraction is not None:
        days = max(kept.retracted_days, authority.retracted_days)
        return task.retraction.retracted_at + timedelta(days=days)
    return None


def warned_on(task: Task, authority: Authority) -> datetime | None:
    """When a council is warned that has not confirmed to have what was submitted; None where there is no need."""
    if task.submission is None or task.submission.received_at is not None:
        return None
    end = erased_on(task, authority)
    return end - timedelta(days=authority.retention.warned_days) if end else None


def _end_of(submission: SubmissionFact, authority: Authority) -> datetime:
    if submission.received_at is not None:
        return submission.received_at + timedelta(days=authority.retention.received_days)
    return submission.submitted_at + timedelta(days=authority.retention.submitted_days)
