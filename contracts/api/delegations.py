"""HTTP bodies of the council's door: a delegation's state, and pages of them."""

from datetime import date
from typing import Any

from contracts.api.tasks import TaskState
from contracts.base import LeftOut, Value
from contracts.council import Assignee


class WaitingAsk(Value):
    """What waits for the council's decision: the message by which it was told, again."""

    type: str
    body: dict[str, Any]


class DelegationView(Value):
    """A delegation's state as its council reads it (council contract, HTTP door)."""

    delegation_id: str
    form: str
    state: TaskState
    assigned_to: Assignee
    due_on: date | None = None
    """None where there is none."""
    internal_due_on: LeftOut[date] = None
    """The council's own sooner date; left out where there is none."""
    task_id: str
    reference: str = ""
    contribution_id: str | None = None
    ask: LeftOut[WaitingAsk] = None
    """Left out where nothing waits for the council's decision."""


class DelegationListView(Value):
    """A page of delegations; `after` is the cursor of the next page, null at the end."""

    delegations: list[DelegationView]
    after: str | None = None
