"""What the portal tells councils: the outbound half of the council's door. The names and fields are fixed."""

from datetime import date
from typing import Any, ClassVar, Literal

from pydantic import AwareDatetime, ConfigDict, Field

from contracts.base import Identifier, LeftOut, Line, PortalMessage, Profile, Sealed, Value
from contracts.council import Assignee
from contracts.submission import (
    AnsweredQuestions,
    ChangedParts,
    DocumentReference,
    FormSection,
    Signature,
)


class DelegationAccepted(PortalMessage):
    """A delegation has become a task."""

    wire_name: ClassVar[str] = "portal.delegation.accepted.v1"

    delegation_id: Identifier
    task_id: str
    reference: str = ""
    """What the professional calls it on the telephone (BRI-4K7Q-22)."""
    assigned_to: Assignee
    due_on: LeftOut[date] = None
    """Left out where there is none: the council gave none, and the form has no period of its own."""
    internal_due_on: LeftOut[date] = None
    """The council's own sooner date; left out where there is none."""
    absence: str | None = None
    """What whoever was named says while they are away; who has the form in their place is told by
    `portal.delegation.assigned.v1`, `re_routed`."""


class DelegationAssigned(PortalMessage):
    """A delegation has moved to another person or group."""

    wire_name: ClassVar[str] = "portal.delegation.assigned.v1"
    model_config = ConfigDict(frozen=True, extra="ignore", validate_by_name=True, validate_by_alias=True)

    delegation_id: Identifier
    from_: Assignee = Field(alias="from")
    to: Assignee
    by: str
    at: AwareDatetime
    how: str
    """`picked_up` by a member of the work group, `re_assigned`, `re_routed` to the substitute of whoever is away,
    `readdressed` (the same person's new address), `re_delegated` by the council, or `undeliverable`: emails to whoever
    had it are refused for good, and its work group has it back."""


class FormSubstitute(Value):
    """Who gets delegations of one form meanwhile."""

    form: Identifier
    to: Assignee


class AbsenceChanged(PortalMessage):
    """A professional is away, or is not any more; told to every council that has named them."""

    wire_name: ClassVar[str] = "portal.absence.changed.v1"

    email: Sealed[str]
    from_on: date | None = None
    """The first day; None where the reply was taken back."""
    to_on: date | None = None
    """The last one."""
    text: Sealed[str] = ""
    substitute: Assignee | None = None
    """Who gets delegations to this person meanwhile; None where they wait."""
    substitutes: list[FormSubstitute] = []
    """Of some forms somebody else."""


DeclineReason = Literal[
    "not_known",
    "no_longer_involved",
    "not_the_right_person",
    "exceptional_circumstances",
    "absent_from_area",
    "missed_appointment",
    "other",
]
ExtensionReason = Literal[
    "exceptional_circumstances", "absent_from_area", "missed_appointment", "school_closed", "other"
]
"""The first three are those of SI 2014/1530, regulation 8(2)."""


class AboutAsk(PortalMessage):
    """Whoever has a form asks something of the council, which decides (`council.delegation.decided.v1`)."""

    delegation_id: Identifier
    ask_id: Identifier
    explanation: str
    appointment_on: date | None = None
    """Of a missed appointment."""
    by: str
    at: AwareDatetime


class DelegationDeclined(AboutAsk):
    """Whoever has a form declines it."""

    wire_name: ClassVar[str] = "portal.delegation.declined.v1"

    reason_code: DeclineReason
    proposed_recipient: str = ""
    """Who should be asked instead, in the professional's words."""


class SectionsDeclined(AboutAsk):
    """Whoever has a form goes on with it, and declines parts of it.

    The council's decision names `ask_id`: `accepted`, these sections are asked for no more, or `refused`.
    """

    wire_name: ClassVar[str] = "portal.sections.declined.v1"

    sections: list[FormSection]
    reason_code: DeclineReason
    proposed_recipient: str = ""
    """Who should be asked for them instead, in the professional's words."""


class ExtensionRequested(AboutAsk):
    """Whoever has a form needs longer."""

    wire_name: ClassVar[str] = "portal.extension.requested.v1"

    reason_code: ExtensionReason
    until: date
    closed_on: date | None = None
    """The first day on which the school or setting is closed, where that is the reason."""
    reopens_on: date | None = None
    closure_counts: bool | None = None
    """Whether the request came in the time that an exception of the council's own limits is about: from a week before a
    closure of four weeks or more to a week before it ends (SI 2014/1530, regulations 10(4) and 13(3), (a) and (b)).
    The portal reckons, the council decides; None where nothing is closed.
    """


class ReminderSent(PortalMessage):
    """Whoever has a form was reminded of it."""

    wire_name: ClassVar[str] = "portal.reminder.sent.v1"

    delegation_id: Identifier
    step: LeftOut[int] = None
    """Days from that date; negative before it. Left out where the form has no date."""
    due_on: LeftOut[date] = None
    """The date that they work to: the internal one where the authority's `works_to` says so."""
    unbegun_since: LeftOut[date] = None
    """There where the reminder is that nobody has begun it: the day on which they were given it."""


class DelegationOverdue(PortalMessage):
    """A form is still open after its due date; told with every reminder from then on."""

    wire_name: ClassVar[str] = "portal.delegation.overdue.v1"

    delegation_id: Identifier
    step: int
    """How many days late it is, by the authority's steps."""
    due_on: date


class LeftOutSection(FormSection):
    """A section that was not asked for any more, since its council had accepted that it was declined."""

    ask_id: str
    reason_code: DeclineReason


class ContributionSubmitted(PortalMessage):
    """A professional has submitted a form: its answers, and where its PDF and attachments are.

    A later `round` takes the place of the one before, whose documents stay to be fetched until they are received.
    """

    wire_name: ClassVar[str] = "portal.contribution.submitted.v1"
    model_config = ConfigDict(title="PortalContributionSubmitted")

    delegation_id: Identifier
    contribution_id: str
    form: str
    form_version: str
    answers: dict[str, Any]
    questionnaire_response: dict[str, Any] | None = None
    """The same answers as a FHIR R4 QuestionnaireResponse."""
    signed_by: list[Signature]
    submitted_at: AwareDatetime
    pdf: DocumentReference
    attachments: list[DocumentReference]
    receipt: str
    round: int = 1
    """2 where it answers a form that the council has sent back, or is an addendum by its author, and so on."""
    reason: str | None = None
    """Why its author adds to what they had submitted or corrects it; None where the council has sent it back."""
    changed: ChangedParts | None = None
    """What is not as in the round before; None in the first."""
    left_out: list[LeftOutSection] = []
    """What was not asked for any more: no answer of these sections is here."""
    council_questions: list[AnsweredQuestions] = []
    """All that the council has asked when it sent the form back, the last one last (requirement M15)."""


class ErasureAnnounced(PortalMessage):
    """A submitted form is erased soon, and its council has not confirmed that it has the PDF."""

    wire_name: ClassVar[str] = "portal.erasure.announced.v1"

    delegation_id: Identifier
    contribution_id: str
    erased_on: date


class DelegationErased(PortalMessage):
    """Nothing is left in the portal of a delegation but its ids and times; every service has said so."""

    wire_name: ClassVar[str] = "portal.delegation.erased.v1"
    outlives: ClassVar[bool] = True

    delegation_id: Identifier
    erased_at: AwareDatetime


class DeliveryFailed(PortalMessage):
    """An email to a professional was refused for good."""

    wire_name: ClassVar[str] = "portal.delivery.failed.v1"

    delegation_id: Identifier | None = None
    email_masked: str
    purpose: str
    reason: str


class AccountRegistered(PortalMessage):
    """A professional has registered whose email address this authority has named."""

    wire_name: ClassVar[str] = "portal.account.registered.v1"
    model_config = ConfigDict(title="PortalAccountRegistered")

    email: str
    name: str
    role: str
    organisation: str


class ProfileTold(PortalMessage):
    """What a professional keeps about their work, told to an authority that names them, and when it changes.

    Told of nobody who has never kept a profile; the latest `changed_at` counts.
    """

    wire_name: ClassVar[str] = "portal.profile.told.v1"

    email: str
    name: str
    role: LeftOut[str] = None
    """Left out where they have none, or the portal has not heard of it."""
    organisation: LeftOut[str] = None
    """The same."""
    profile: Profile
    changed_at: AwareDatetime
    """Since when they are as this says."""


class MessageRejected(PortalMessage):
    """A council's message could not be taken; it is kept whole among the dead letters."""

    wire_name: ClassVar[str] = "portal.message.rejected.v1"
    outlives: ClassVar[bool] = True

    message_id: str | None
    type: str | None
    code: str
    reason: str
    field: str | None = None
    delegation_id: Line | None = None
