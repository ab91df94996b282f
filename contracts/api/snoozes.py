"""HTTP bodies of snoozing: what a holder hides from their own list for a while."""

from contracts.api.re_assigning import LeftTask, TaskIds
from contracts.api.tasks import TaskRow
from contracts.base import Value
from contracts.council import Day


class SelectedBody(Value):
    """Tasks that their holder has selected."""

    task_ids: TaskIds


class SelectedView(Value):
    """The same as their holder's list shows them."""

    tasks: list[TaskRow]


class SnoozeBody(SelectedBody):
    """Until which day their holder's list is to be without them: from that day on they are in it again."""

    until: Day


class SnoozedView(Value):
    """What became of them; each row says when it comes back."""

    snoozed: list[TaskRow]
    left: list[LeftTask]
