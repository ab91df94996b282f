"""How a submission differs from the one before it. No I/O."""

from collections.abc import Iterable, Mapping
from typing import Any

from contracts.files import AttachedFile
from contracts.submission import ChangedParts, DocumentReference
from services.forms.model.contribution import Contribution, Submission
from services.forms.model.document import Replaced, SentBackRound


def changes(
    before: Submission, answers: Mapping[str, Any], attached: Iterable[AttachedFile | DocumentReference]
) -> ChangedParts:
    """Every answer that was given, taken away or is another one; a document is the same by its name and content."""
    was, now = _documents(before.attachments), _documents(attached)
    return ChangedParts(
        answers=[key for key in {**answers, **before.answers} if answers.get(key) != before.answers.get(key)],
        documents_added=[document[0] for document in now if document not in was],
        documents_removed=[document[0] for document in was if document not in now],
    )


def replaced_by(
    contribution: Contribution, answers: Mapping[str, Any], attached: Iterable[AttachedFile] | None
) -> Replaced | None:
    """What a submission of these answers takes the place of; None where it is the first.

    Where nobody has said what is attached, nothing is said of documents.
    """
    if not contribution.submissions:
        return None
    before, addendum = contribution.submissions[-1], contribution.under_way
    return Replaced(
        submitted_at=before.submitted_at,
        reason=addendum.reason if addendum else None,
        changed=changes(before, answers, before.attachments if attached is None else attached),
        asked=[
            SentBackRound(questions.asked_at, questions.comments, questions.fields, submission.answers)
            for submission, questions in contribution.asked_about
        ],
    )


def _documents(references: Iterable[AttachedFile | DocumentReference]) -> list[tuple[str, str]]:
    return [(each.name, each.sha256) for each in references]
