"""What tasks tells the other services and the council, from the task as it is after a change. Pure."""

from services.tasks.events.about import as_assignee
from services.tasks.events.absences import of_absence
from services.tasks.events.asks import ask_told, of_answer, of_ask
from services.tasks.events.delegations import of_amendment, of_refused_amendment, of_request, of_retraction, of_return
from services.tasks.events.endings import of_end, of_erasure, of_warning
from services.tasks.events.work import of_addendum, of_move, of_reminder, of_submission

__all__ = [
    "as_assignee",
    "ask_told",
    "of_absence",
    "of_addendum",
    "of_amendment",
    "of_answer",
    "of_ask",
    "of_end",
    "of_erasure",
    "of_move",
    "of_refused_amendment",
    "of_reminder",
    "of_request",
    "of_retraction",
    "of_return",
    "of_submission",
    "of_warning",
]
