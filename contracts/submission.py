"""What a submitted form is told with: its documents, who signed it, how it differs from the one before."""

from pydantic import AwareDatetime

from contracts.base import Identifier, PersonalData, Sealed, Text, Value


class FormSection(Value):
    """A page of a form, by the key of its group in the definition and by its printed title."""

    key: Identifier
    title: Text


class DocumentReference(Value):
    """A document to fetch by reference, with the hash (SHA-256, hex) to check it by; `size` in bytes."""

    document_id: str
    name: Sealed[str]
    media_type: str
    size: int
    sha256: str
    url: str


class Signature(PersonalData):
    """Who answers for a contribution."""

    name: str
    email: str
    role: str = ""
    organisation: str = ""
    signed_at: AwareDatetime


class ChangedParts(Value):
    """How a submission differs from the one before it."""

    answers: list[str] = []
    """The keys of the questions whose answers are not the same, given or taken away ones included."""
    documents_added: list[str] = []
    """Their names."""
    documents_removed: list[str] = []


class AnsweredQuestions(Value):
    """What a council asked about a submission when it sent that back; this one, or one in between, answers it."""

    contribution_id: str
    """The submission that it was about."""
    asked_at: AwareDatetime
    comments: str
    fields: list[str]
    """Keys of the questions that it meant."""
