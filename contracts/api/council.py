"""HTTP bodies of the council's door that more than one service answers: what was told, and messages taken."""

from typing import Any

from pydantic import AwareDatetime

from contracts.base import Value


class ToldEvent(Value):
    """A message that went to the outbox: its envelope and its body; `cursor` places it among the others."""

    cursor: str
    message_id: str
    type: str
    at: AwareDatetime
    body: dict[str, Any]


class ToldView(Value):
    """A page of what was told to a council, oldest first; `after` is the cursor of its last, null where it is empty."""

    events: list[ToldEvent]
    after: str | None = None


class TakenView(Value):
    """A council's message was taken; the same Idempotency-Key again changes nothing."""

    message_id: str
    type: str
