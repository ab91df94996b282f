"""What forms tells the other services about definitions and contributions."""

from typing import Any, ClassVar

from pydantic import AwareDatetime

from contracts.base import Contact, Erased, Event, LeftOut


class DefinitionPublished(Event):
    """A version of a form definition is there to be delegated."""

    wire_name: ClassVar[str] = "forms.definition.published.v1"

    form: str
    """Its code, the name councils delegate it by."""
    version: str
    owner: str
    """Whose version it is: an authority's own, or `portal` for everybody's."""
    title: str
    due_days: LeftOut[int] = None
    """The form's own period in calendar days from receipt (42 for statutory advice: SI 2014/1530, reg 8(1)).

    It is left out where the form has none.
    """
    prefill_schema: dict[str, Any]
    """JSON Schema 2020-12 of the `prefill` that this version takes."""
    published_at: AwareDatetime


class ContributionStarted(Event):
    """Somebody has given the first answer of a contribution; what came with the delegation is none."""

    wire_name: ClassVar[str] = "forms.contribution.started.v1"

    task_id: str
    authority: str
    delegation_id: str
    started_at: AwareDatetime


class ContributionSubmitted(Event):
    """A contribution has been submitted and frozen. What the council is told stands in contracts.portal."""

    wire_name: ClassVar[str] = "forms.contribution.submitted.v1"

    contribution_id: str
    task_id: str
    authority: str
    delegation_id: str
    form: str
    file_ids: list[str]
    receipt: str
    person: Contact
    """Who submitted it."""
    submitted_at: AwareDatetime
    replaces: str | None = None
    """The contribution in whose place this one stands, where it is an addendum to that."""


class ContributionReceived(Event):
    """The council has confirmed that it has the PDF of a contribution."""

    wire_name: ClassVar[str] = "forms.contribution.received.v1"

    task_id: str
    authority: str
    delegation_id: str
    contribution_id: str = ""
    """Empty from before there could be several."""
    received_at: AwareDatetime


class ContributionErased(Erased):
    """Answers and PDF of a delegation are gone."""

    wire_name: ClassVar[str] = "forms.contribution.erased.v1"
