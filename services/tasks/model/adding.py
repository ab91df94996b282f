"""Who may add to what was submitted, and what becomes of what they have begun. No I/O, no clock."""

from datetime import datetime

from contracts.api.tasks import AddendumView
from contracts.authority import Authority
from services.tasks.model.facts import Addendum
from services.tasks.model.task import Task


def may_add(task: Task, email: str, authority: Authority, at: datetime) -> bool:
    """Whether this person has submitted what stands, still has it, and the authority still shows it."""
    return _has_submitted(task, email) and task.is_shown(authority, at)


def _has_submitted(task: Task, email: str) -> bool:
    """Under this address, or under one that they had when they did."""
    if task.submission is None or not task.is_held_by(email):
        return False
    then, by = task, task.submission.by.email
    while not then.is_held_by(by) and then.moves and then.moves[-1].how == "readdressed":
        then = then.model_copy(update={"moves": then.moves[:-1]})
    return then.is_held_by(by)


def interrupted(task: Task) -> Addendum | None:
    """What its author was adding when the council sent it back, until they submit again."""
    if task.submission is not None or not task.returns or not task.addenda:
        return None
    last, returned = task.addenda[-1], task.returns[-1].submission
    is_its_own = last.contribution_id == returned.contribution_id
    return last if is_its_own and last.discarded_at is None else None


def addendum_view(task: Task) -> AddendumView | None:
    """What its author has begun to add, as they see it."""
    begun = task.addendum or interrupted(task)
    if begun is None:
        return None
    return AddendumView(reason=begun.reason, started_at=begun.started_at, is_over=task.addendum is None)
