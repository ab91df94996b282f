"""The bases of every message: how it is named, what it may hold. No message itself, no transport."""

from typing import Annotated, Any, ClassVar, Final, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

TEXT_LIMIT = 20_000
"""The longest text of a message, names and addresses included, in characters (council contract, "Limits")."""

COMMENTS_LIMIT = 4_000

EVERYBODYS = "portal"
"""The owner of the forms that come with the portal; any other owner is an authority."""

Kept = TypeVar("Kept")


class _Mark:
    """Of a field whose value is kept sealed, whatever is in it."""


SEALED: Final = _Mark()
Sealed = Annotated[Kept, SEALED]
"""`name: Sealed[str]`: a service's database holds it sealed only. It changes nothing of what a message looks like."""


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


LeftOut = Annotated[
    Kept | SkipJsonSchema[None], Field(exclude_if=lambda value: value is None, json_schema_extra=_without_default)
]
"""`due_on: LeftOut[date] = None`: not in the JSON at all where there is none, so that it never is null (ADR 0061)."""

Text = Annotated[str, StringConstraints(max_length=TEXT_LIMIT)]
Line = Annotated[str, StringConstraints(max_length=500)]
"""A setting or a search; what councils send is Text."""
Identifier = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=200, pattern=r"^[^\s\x00-\x1f\x7f]([^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f])?$"
    ),
]
Email = Annotated[str, StringConstraints(min_length=3, max_length=254, pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+$")]
AuthorityCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,40}$")]


class FrozenModel(BaseModel):
    """What is changed by making it anew."""

    model_config = ConfigDict(frozen=True)


class Value(FrozenModel):
    """A part of a message. Unknown fields are ignored, so that a newer sender does no harm."""

    model_config = ConfigDict(extra="ignore")


class PersonalData(Value):
    """Data about a living person: only ever in a field named `person` or `subject`."""


class Message(Value):
    """A message: its class says what is true, or asked for, once it is published."""

    wire_name: ClassVar[str]
    is_secret: ClassVar[bool] = False
    """A secret one is told and then forgotten: no copy of it is kept for a replay."""
    outlives: ClassVar[bool] = False
    """Holds ids, times and codes alone: a copy of it may be read when the delegation that it is about is erased."""

    def summary(self) -> str:
        """One line for a person who reads a queue: the wire name and no personal data."""
        return self.wire_name


class Event(Message):
    """Something that has happened, told by the one service that owns it."""


class Erased(Event):
    """A delegation is erased: tasks says so first, then each service of its part, all under names of their own."""

    outlives: ClassVar[bool] = True

    task_id: str
    authority: str
    delegation_id: str
    erased_at: AwareDatetime


class CouncilMessage(Message):
    """What a council tells the portal (exchange `council.inbox`)."""

    taken_by: ClassVar[str] = "tasks"
    """The service that alone hears and answers it (ADR 0013, 0060)."""

    authority: AuthorityCode


class PortalMessage(Message):
    """What the portal tells a council (exchange `council.outbox`)."""

    authority: AuthorityCode


class Address(PersonalData):
    """A postal address as a professional types it."""

    property_name: str = ""
    house_no: str = ""
    street: str = ""
    area: str = ""
    town: str = ""
    county: str = ""
    postcode: str = ""


class Contact(PersonalData):
    """Whom an email is about to reach."""

    email: Email
    name: Text = ""


ProfessionalBody = Literal[
    "hcpc",
    "gmc",
    "nmc",
    "gphc",
    "social_work_england",
    "teacher_reference_number",
    "gdc",
    "goc",
    "other",
]
"""Who registers professionals; a teacher reference number is the Department for Education's."""


class ProfessionalRegistration(Value):
    """In whose register somebody is, and as which number."""

    body: ProfessionalBody
    other_body: str = ""
    """Its name, where it is none of those that have a code."""
    number: str


class Profile(PersonalData):
    """What a professional keeps about their work, for every authority that names them (requirements M17)."""

    professional_registration: LeftOut[ProfessionalRegistration] = None
    """Left out where they have given none."""
    works_for: list[str] = []
    """Services and settings, a school for instance; at most five."""


class Fault(Value):
    """One thing wrong with what was sent: where (a path of field keys), a stable code, a sentence for its sender."""

    path: str = Field(max_length=500)
    code: str
    message: str
