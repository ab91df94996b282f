"""What forms tells the other services and the council of a contribution, from what it is. Pure."""

from collections.abc import Sequence

from chassis.outbox import Outgoing, outgoing
from contracts.base import Contact
from contracts.files import AttachedFile
from contracts.forms import ContributionReceived, ContributionSubmitted
from contracts.portal import ContributionSubmitted as ToldToCouncil
from contracts.tasks import FormGrant
from services.forms.model.contribution import Contribution


def of_receipt(before: Contribution, after: Contribution, document_id: str) -> list[Outgoing]:
    """What is told where the council's receipt of a document is news."""
    submission = after.submission_of(document_id)
    if after is before or submission is None or submission.received_at is None:
        return []
    received = ContributionReceived(
        task_id=after.task_id,
        authority=after.authority,
        delegation_id=after.delegation_id,
        contribution_id=submission.contribution_id,
        received_at=submission.received_at,
    )
    return [outgoing(received, submission.contribution_id)]


def of_submission(
    grant: FormGrant, contribution: Contribution, told: ToldToCouncil, attached: Sequence[AttachedFile]
) -> list[Outgoing]:
    """What the other services and the council hear of a submission; the contribution is as it was before."""
    submitted = ContributionSubmitted(
        contribution_id=told.contribution_id,
        task_id=contribution.task_id,
        authority=contribution.authority,
        delegation_id=contribution.delegation_id,
        form=contribution.form,
        file_ids=[file.file_id for file in attached],
        receipt=told.receipt,
        person=Contact(email=grant.email, name=grant.name),
        submitted_at=told.submitted_at,
        replaces=contribution.submission.contribution_id if contribution.submission else None,
    )
    return [outgoing(submitted, told.contribution_id), outgoing(told, told.contribution_id)]
