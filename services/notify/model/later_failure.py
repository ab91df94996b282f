"""What GOV.UK Notify took and could not deliver after all, as it lists it. Nothing in a list is trusted. No I/O."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from pydantic import AwareDatetime, ValidationError

from contracts.base import Value

FailureStatus = Literal["permanent-failure", "temporary-failure", "technical-failure"]
"""There is no such mailbox; it gave up after three days of trying; a fault between it and whoever it sends by."""


class LaterFailure(NamedTuple):
    """What became of an email: of one of ours, if its reference is the id of a delivery."""

    delivery_id: str
    status: FailureStatus


class FailurePage(NamedTuple):
    """One page of such emails, the youngest first."""

    failures: Sequence[LaterFailure]
    older_than: str = ""
    """Where the next page begins; empty where there is none, or nothing in it is young enough."""


class _Page(Value):
    notifications: list[Any]
    links: dict[str, Any] = {}


class _Notification(Value):
    id: UUID
    reference: str | None = None
    status: FailureStatus
    created_at: AwareDatetime


def read_failures(content: bytes, since: datetime) -> FailurePage:
    """Those of a page that were handed over since then; ValueError where it is no page."""
    page = _Page.model_validate_json(content)
    rows = [row for each in page.notifications if (row := _notification(each))]
    young = [row for row in rows if row.created_at >= since]
    goes_on = bool(rows) and len(young) == len(rows) and "next" in page.links
    return FailurePage(
        failures=[LaterFailure(row.reference, row.status) for row in young if row.reference],
        older_than=str(rows[-1].id) if goes_on else "",
    )


def _notification(row: Any) -> _Notification | None:
    """None where it is none, or one of another kind: the others on its page are read all the same."""
    try:
        return _Notification.model_validate(row)
    except ValidationError:
        return None
