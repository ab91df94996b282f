"""What councils tell the portal: the inbound half of the council's door. The names and fields are fixed."""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from contracts.base import COMMENTS_LIMIT, CouncilMessage, Email, Identifier, Line, PersonalData, Text, Value

Comments = Annotated[str, StringConstraints(max_length=COMMENTS_LIMIT)]
Prefill = Annotated[dict[str, Any], Field(max_length=500)]


class Subject(PersonalData):
    """The child or young person that the form is about."""

    person_id: Identifier
    name: Line
    date_of_birth: date | None = None
    address: Line = ""


class Sender(PersonalData):
    """The officer who delegates, as the form's banner shows them."""

    name: Line
    department: Line = ""
    telephone: Line = ""
    address: Line = ""
    email: Email | None = None


class PersonAssignee(Value):
    """One professional, known by a work email address."""

    kind: Literal["person"]
    email: Email


class WorkGroupAssignee(Value):
    """A work group; whoever of it picks the form up owns it."""

    kind: Literal["work_group"]
    work_group_id: Identifier


Assignee = Annotated[PersonAssignee | WorkGroupAssignee, Field(discriminator="kind")]


class SharedDocument(Value):
    """A document that the council sends along, by address or whole."""

    document_id: Identifier
    name: Line
    media_type: Line
    url: Line | None = None
    content_base64: str | None = None


class DelegationRequested(CouncilMessage):
    """A council has delegated a form about a child to a professional or a work group."""

    wire_name: ClassVar[str] = "council.delegation.requested.v1"

    delegation_id: Identifier
    form: Identifier
    subject: Subject
    assignee: Assignee
    sender: Sender
    notify_email: Email | None = None
    received_on: date | None = None
    due_on: date | None = None
    comments: Comments = ""
    prefill: Prefill = {}
    documents: Annotated[list[SharedDocument], Field(max_length=100)] = []


class DelegationAmended(CouncilMessage):
    """A council has changed the date, the comments, the sender or the prefill of a delegation."""

    wire_name: ClassVar[str] = "council.delegation.amended.v1"

    delegation_id: Identifier
    due_on: date | None = None
    comments: Comments | None = None
    sender: Sender | None = None
    prefill: Prefill | None = None
    amended_at: AwareDatetime | None = None


class DelegationRetracted(CouncilMessage):
    """A council has withdrawn a delegation."""

    wire_name: ClassVar[str] = "council.delegation.retracted.v1"

    delegation_id: Identifier
    reason: Text = ""
    retracted_at: AwareDatetime | None = None


class Member(PersonalData):
    """A member of a work group."""

    email: Email
    is_manager: bool = False


class WorkGroupDefined(CouncilMessage):
    """A council has set the whole of a work group; the higher version wins, no members close it."""

    wire_name: ClassVar[str] = "council.work-group.defined.v1"

    work_group_id: Identifier
    name: Line
    email: Email | None = None
    members: Annotated[list[Member], Field(max_length=2000)]
    version: Annotated[int, Field(ge=0, le=2**53)]
