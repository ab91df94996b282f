"""What councils tell the portal: the inbound half of the council's door. The names and fields are fixed.

Limits: comments 4,000 characters, every other text 20,000 (in a prefill too); ids and codes 200, media types 500, email
addresses 254; days and moments from 1900 to 2199; a prefill 2 MB. The body's own limits stand in chassis.strictjson.
"""

import json
from datetime import UTC, date, datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from contracts.addresses import check_mailable
from contracts.base import (
    COMMENTS_LIMIT,
    TEXT_LIMIT,
    CouncilMessage,
    Email,
    Identifier,
    Line,
    PersonalData,
    Text,
    Value,
)

PREFILL_LIMIT = 2_000_000
"""Bytes of JSON: what was asked for, what was amended and what is told of both go into one document of 16 MB."""

Mailbox = Annotated[Email, AfterValidator(check_mailable)]
"""An address that mail reaches, in ASCII before the @: no two letters of it are taken for one another."""

Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31), description="From 1900 to 2199.")]
Moment = Annotated[
    AwareDatetime,
    Field(
        ge=datetime(1900, 1, 1, tzinfo=UTC), lt=datetime(2200, 1, 1, tzinfo=UTC), description="From 1900 to 2199, UTC."
    ),
]


def _check_prefill(prefill: dict[str, Any]) -> dict[str, Any]:
    if len(json.dumps(prefill, ensure_ascii=False).encode("utf-8")) > PREFILL_LIMIT:
        raise ValueError(f"A prefill holds at most {PREFILL_LIMIT} bytes.")
    level: list[Any] = [prefill]
    while level:
        if any(isinstance(one, str) and len(one) > TEXT_LIMIT for one in level):
            raise ValueError(f"A text holds at most {TEXT_LIMIT} characters.")
        level = [inner for one in level for inner in _inside(one)]
    return prefill


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, list) else []


Comments = Annotated[str, StringConstraints(max_length=COMMENTS_LIMIT)]
Prefill = Annotated[dict[str, Any], Field(max_length=500), AfterValidator(_check_prefill)]


class Subject(PersonalData):
    """The child or young person that the form is about."""

    person_id: Identifier
    name: Text
    date_of_birth: Day | None = None
    address: Text = ""


class Sender(PersonalData):
    """The officer who delegates, as the form's banner shows them."""

    name: Text
    department: Text = ""
    telephone: Text = ""
    address: Text = ""
    email: Mailbox | None = None


class PersonAssignee(Value):
    """One professional, known by a work email address."""

    kind: Literal["person"]
    email: Mailbox


class WorkGroupAssignee(Value):
    """A work group; whoever of it picks the form up owns it."""

    kind: Literal["work_group"]
    work_group_id: Identifier


Assignee = Annotated[PersonAssignee | WorkGroupAssignee, Field(discriminator="kind")]


class SharedDocument(Value):
    """A document that the council sends along, by address or whole."""

    document_id: Identifier
    name: Text
    media_type: Line
    url: Text | None = None
    content_base64: str | None = None


class DelegationRequested(CouncilMessage):
    """A council has delegated a form about a child to a professional or a work group."""

    wire_name: ClassVar[str] = "council.delegation.requested.v1"

    delegation_id: Identifier
    form: Identifier
    subject: Subject
    assignee: Assignee
    sender: Sender
    notify_email: Mailbox | None = None
    received_on: Day | None = None
    due_on: Day | None = None
    internal_due_on: Day | None = None
    """By when the council asks for it, where that is sooner than it is due; never after the due date."""
    confidential: bool = False
    """For its assignee alone: it waits for them while they are away, whoever stands in (requirement M6)."""
    comments: Comments = ""
    prefill: Prefill = {}
    documents: Annotated[list[SharedDocument], Field(max_length=100)] = []


class DelegationAmended(CouncilMessage):
    """A council has changed the date, the comments, the sender or the prefill of a delegation.

    A delegation takes 500 of them, of 8 MB together; one more is refused: `too_many_amendments` at `/delegation_id`.
    """

    wire_name: ClassVar[str] = "council.delegation.amended.v1"

    delegation_id: Identifier
    due_on: Day | None = None
    internal_due_on: Day | None = None
    """As in the request. One that a new due date comes before counts no longer."""
    comments: Comments | None = None
    sender: Sender | None = None
    prefill: Prefill | None = None
    amended_at: Moment | None = None


class DelegationRetracted(CouncilMessage):
    """A council has withdrawn a delegation."""

    wire_name: ClassVar[str] = "council.delegation.retracted.v1"

    delegation_id: Identifier
    reason: Text = ""
    retracted_at: Moment | None = None


class DelegationReturned(CouncilMessage):
    """A council has sent a submitted form back for correction, with what it asks about; the next round begins."""

    wire_name: ClassVar[str] = "council.delegation.returned.v1"

    delegation_id: Identifier
    comments: Comments = ""
    fields: Annotated[list[Identifier], Field(max_length=500)] = []
    """Keys of the questions that it asks about."""
    due_on: Day | None = None
    contribution_id: Identifier | None = None
    """Which submission it is about; without it the last one. The same words about the same one are one return."""
    returned_at: Moment | None = None


Decision = Literal["accepted", "refused", "re-delegated"]
"""What a council answers: accepted closes a declined form, asks no more for declined parts of it, or gives the time;
refused leaves the form as it was."""


class DelegationDecided(CouncilMessage):
    """A council has answered a decline of a form or of parts of it, or a request for more time."""

    wire_name: ClassVar[str] = "council.delegation.decided.v1"

    delegation_id: Identifier
    decision: Decision
    comments: Comments = ""
    assignee: Assignee | None = None
    """Who is asked instead; only where it is re-delegated, and never for parts of a form."""
    due_on: Day | None = None
    ask_id: Identifier | None = None
    """Which decline or request it answers; without it the one that waits, unless that is of parts of the form."""
    decided_at: Moment | None = None


class Member(PersonalData):
    """A member of a work group."""

    email: Mailbox
    is_manager: bool = False


class WorkGroupDefined(CouncilMessage):
    """A council has set the whole of a work group; the higher version wins, no members close it; see ADR 0017."""

    wire_name: ClassVar[str] = "council.work-group.defined.v1"

    work_group_id: Identifier
    name: Text
    email: Mailbox | None = None
    members: Annotated[list[Member], Field(max_length=2000)]
    version: Annotated[int, Field(ge=0, le=2**53)]


class AccountReset(CouncilMessage):
    """A council opens an account again whose owner cannot: without their phone, or after too long an absence.

    Whoever is signed in to it is signed out, and every trusted browser goes. Without the phone its authenticator app
    and its passkeys go too; codes come by email again.
    """

    wire_name: ClassVar[str] = "council.account.reset.v1"

    email: Mailbox
    what: Literal["second-factor", "dormancy"]


Detail = Annotated[str, StringConstraints(max_length=200)]
"""A line of what registering asks for (requirements F22, F23)."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"\S")]

UserName = Annotated[str, StringConstraints(max_length=63, pattern=r"^[A-Za-z0-9]([A-Za-z0-9._]*[A-Za-z0-9])?$")]
"""Letters, digits, dots and underscores; upper and lower case are one. No hyphen: that ends the authority's code."""


class AccountOpened(CouncilMessage):
    """A council has an account opened for a professional who will not or cannot register (requirements F35).

    Its owner is emailed a temporary password, and chooses one of their own at the first sign-in; nobody else learns it.
    """

    wire_name: ClassVar[str] = "council.account.opened.v1"
    taken_by: ClassVar[str] = "auth"

    email: Mailbox
    forename: Name
    surname: Name
    role: Detail
    organisation: Detail
    """Its owner is asked for what is left empty, as whoever registers is."""
    user_name: UserName | None = None
    """Signs in beside the email address, as `<authority>-<user_name>` (requirements F54)."""
    opened_at: Moment | None = None
    """Of two the later one counts, and the same time again is the same message; without it they count as they come."""


class ProfessionalDeparted(CouncilMessage):
    """Somebody has left, or has nothing to do with the council's children any more: their forms go to others, at once.

    All to whoever the council names, else each back to its work group; of one that has none the council hears that it
    is declined, and decides.
    """

    wire_name: ClassVar[str] = "council.professional.departed.v1"

    email: Mailbox
    assignee: Assignee | None = None
    """Who gets all of them."""
    departed_at: Moment
    """What they are given after this time they keep."""
