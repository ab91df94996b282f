"""The one shape of an error (RFC 9457), inside and at the council's door."""

from contracts.base import Fault, Value


class Problem(Value):
    """A problem document: a stable `code`, `detail` for its reader, `field` a JSON pointer where one is at fault."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str = ""
    field: str | None = None
    faults: list[Fault] = []
    holder: str | None = None
    """Who has a task that somebody else wanted to pick up."""
    retry_after: int | None = None
    """Seconds until another try makes sense."""
