"""What is new about a form to whoever has it, until they open it (ADR 0068). No I/O, no clock."""

from datetime import datetime

from services.tasks.model.record import LISTED_STATES
from services.tasks.model.task import Task


def received_at(task: Task) -> datetime:
    """When whoever has it got it, or the work group that it waits in; another address of theirs changes nothing."""
    moved = [move.moved_at for move in task.moves if move.how != "readdressed"]
    return moved[-1] if moved else task.requested.requested_at


def came_at(task: Task) -> datetime | None:
    """When others gave it to whoever has it; None where they took it themselves."""
    hows = [move.how for move in task.moves if move.how != "readdressed"]
    return None if hows[-1:] == ["picked_up"] else received_at(task)


def changed_at(task: Task) -> datetime | None:
    """When the council last changed, answered or sent back something: as it was heard, whatever time it bears."""
    said = [each.heard_at or each.amended_at for each in task.amendments]
    said += [each.returned_at for each in task.returns]
    said += [ask.answer.heard_at or ask.answer.decided_at for ask in task.asks if ask.answer]
    return max(said, default=None)


def has_news(task: Task) -> bool:
    """Whether it is open, and came or was changed since whoever has it opened it last."""
    told = [at for at in (came_at(task), changed_at(task)) if at is not None]
    if task.state not in LISTED_STATES or not told:
        return False
    return task.seen_at is None or max(told) > task.seen_at
