"""Submitting a form once and for all, and the documents of it."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from weakref import WeakValueDictionary

from chassis import clock, loop
from chassis.authorities import Authorities
from chassis.blobs import Blob, Held, once
from chassis.documents import Key
from chassis.errors import Conflict, Forbidden, NotFound, Refused
from chassis.outbox import Outgoing, derived_id
from contracts.api.forms import SubmittedView
from contracts.files import AttachedFile
from contracts.portal import ContributionSubmitted as ToldToCouncil
from contracts.submission import AnsweredQuestions, ChangedParts, DocumentReference, Signature
from contracts.tasks import FormGrant
from services.forms.events import of_receipt, of_submission
from services.forms.model.answers import Form, Judgement
from services.forms.model.changes import replaced_by
from services.forms.model.contribution import Contribution, Submission
from services.forms.model.document import Paper, Replaced
from services.forms.model.left_out import left_out_of
from services.forms.model.receipt import receipt_of
from services.forms.model.response import questionnaire_response
from services.forms.pdf import Printer
from services.forms.store import Stores
from services.forms.usecases.drafts import Opened, not_ready, opened
from services.forms.usecases.manifests import Manifests

_PDF = "application/pdf"
UNSETTLED_AFTER = timedelta(hours=1)
"""Longer than submitting takes."""


@dataclass(frozen=True, slots=True)
class Document:
    """A PDF on its way out."""

    name: str
    content: bytes
    sha256: str
    """Of the content, in hex."""


class Submissions:
    """Submitting, printing, fetching."""

    def __init__(
        self, stores: Stores, authorities: Authorities, printer: Printer, manifests: Manifests, public_url: str
    ) -> None:
        self._stores = stores
        self._authorities = authorities
        self._printer = printer
        self._manifests = manifests
        self._documents_url = f"{public_url.rstrip('/')}/api/council/v1/documents"
        self._opened = Opened(stores)
        self._under_way: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def submit(self, grant: FormGrant, manifest: str) -> SubmittedView:
        """Submits once: whoever asks again, at once or later, gets the same answer."""
        attached = self._manifests.submitted(grant, manifest)
        lock = self._under_way.setdefault(grant.task_id, asyncio.Lock())
        async with lock:  # spares this process the paper of those that would lose; the write decides

            async def decide(kept: Contribution | None) -> tuple[Contribution, list[Outgoing]]:
                contribution = opened(kept, grant)
                if contribution.submission is not None and contribution.under_way is None:
                    return contribution, []
                if not contribution.is_at(grant.addendum):
                    raise not_ready()
                return await self._freeze(grant, contribution, attached)

            submission = (await self._stores.contributions.change(grant.authority, grant.task_id, decide)).submitted
        return SubmittedView(
            contribution_id=submission.contribution_id,
            submitted_at=submission.submitted_at,
            receipt=submission.receipt,
        )

    async def paper(self, grant: FormGrant, manifest: str | None, *, is_draft: bool) -> Document:
        """The document as submitted, or the draft as it stands with what `manifest` says is attached so far.

        Of a form that is submitted there is a draft while its author adds to it; they are given that where they say so.
        """
        return await self.paper_of(*await self._opened.open(grant), grant, manifest, is_draft=is_draft)

    async def paper_of(
        self, contribution: Contribution, form: Form, grant: FormGrant, manifest: str | None, *, is_draft: bool = False
    ) -> Document:
        """The same of a contribution that the grant has opened."""
        if contribution.submission is not None and not (is_draft and contribution.under_way):
            return await self._stored(contribution.submission)
        made_at = contribution.draft.saved_at or clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        attached = self._manifests.drafted(grant, manifest) if manifest else None
        answers = (await _judged(contribution, form)).answers
        replaced = replaced_by(contribution, answers, attached)
        paper = self._compose(contribution, form, answers, attached, [], made_at=made_at, replaced=replaced)
        pdf = await self._printer.print(paper)
        return Document(paper.file_name, pdf, hashlib.sha256(pdf).hexdigest())

    async def document(self, authority: str, document_id: str) -> Document:
        """What a council fetches, until it has confirmed receipt."""
        contribution = await self._stores.contributions.of_document(authority, document_id)
        submission = contribution.submission_of(document_id) if contribution else None
        if submission is None or submission.received_at is not None:
            raise NotFound("unknown_document")
        return await self._stored(submission)

    async def confirm_receipt(self, authority: str, document_id: str) -> None:
        """The council has it, and is given it no more; whoever submitted may still download it."""

        async def decide(contribution: Contribution) -> tuple[Contribution, list[Outgoing]]:
            received = contribution.received(document_id, clock.now())
            return received, of_receipt(contribution, received, document_id)

        if await self._stores.contributions.change_of_document(authority, document_id, decide) is None:
            raise NotFound("unknown_document")

    async def _freeze(
        self, grant: FormGrant, contribution: Contribution, attached: Sequence[AttachedFile]
    ) -> tuple[Contribution, list[Outgoing]]:
        if contribution.state == "retracted":
            raise Conflict("retracted", "The council has withdrawn this form.")
        if contribution.amended is not None and contribution.amended.task_version > grant.version:
            raise Forbidden("grant_outdated", "The council has changed the form. Look at it before you submit it.")
        form = await self._opened.form(contribution.form_owner, contribution.form, contribution.form_version)
        judged = await _judged(contribution, form, len(attached))
        if judged.faults:
            raise Refused("invalid_answers", "Some answers need your attention.", faults=judged.faults)
        replaced = replaced_by(contribution, judged.answers, attached)
        if contribution.under_way and replaced and replaced.changed == ChangedParts():
            raise Conflict("nothing_changed", "You have not changed anything yet.")
        told, pdf = await self._tell_council(
            grant, contribution, form, judged.answers, attached, at=clock.now(), replaced=replaced
        )
        # One that the write does not come to hold is removed by `tidy`.
        owner = Key(contribution.authority, contribution.task_id)
        await self._stores.documents.put(owner, once(pdf), blob_id=told.pdf.document_id)
        submitted = contribution.in_next_round().model_copy(update={"submission": _submission(told)})
        return submitted, of_submission(grant, contribution, told, attached)

    async def _tell_council(
        self,
        grant: FormGrant,
        contribution: Contribution,
        form: Form,
        answers: dict[str, Any],
        attached: Sequence[AttachedFile],
        *,
        at: datetime,
        replaced: Replaced | None,
    ) -> tuple[ToldToCouncil, bytes]:
        signature = Signature(
            name=grant.name, email=grant.email, role=grant.role, organisation=grant.organisation, signed_at=at
        )
        contribution_id = contribution_id_of(contribution)
        paper = self._compose(contribution, form, answers, attached, [signature], made_at=at, replaced=replaced)
        pdf = await self._printer.print(paper)
        response = questionnaire_response(form.definition, answers, contribution_id=contribution_id, submitted_at=at)
        told = ToldToCouncil(
            authority=contribution.authority,
            delegation_id=contribution.delegation_id,
            contribution_id=contribution_id,
            form=contribution.form,
            form_version=contribution.form_version,
            answers=answers,
            questionnaire_response=response,
            signed_by=[signature],
            submitted_at=at,
            pdf=self._pdf_reference(paper.file_name, pdf),
            attachments=[self._reference(file) for file in attached],
            receipt="",
            round=contribution.round,
            reason=replaced.reason if replaced else None,
            changed=replaced.changed if replaced else None,
            left_out=list(left_out_of(contribution, form.definition)),
            council_questions=[
                AnsweredQuestions(contribution_id=about.contribution_id, **questions.model_dump())
                for about, questions in contribution.asked_about
            ],
        )
        return told.model_copy(update={"receipt": receipt_of(told)}), pdf

    def _compose(
        self,
        contribution: Contribution,
        form: Form,
        answers: dict[str, Any],
        attached: Sequence[AttachedFile] | None,
        signatures: Sequence[Signature],
        *,
        made_at: datetime,
        replaced: Replaced | None,
    ) -> Paper:
        authority = self._authorities.get(contribution.authority)
        return Paper(
            definition=form.definition,
            council=authority.brand.name,
            portal=authority.brand.portal_name,
            banner=contribution.banner(tuple(authority.banner)),
            answers=answers,
            reference=contribution.reference,
            made_at=made_at,
            attachments=attached,
            signatures=signatures,
            replaces=replaced,
            left_out=contribution.left_out,
        )

    def _pdf_reference(self, name: str, pdf: bytes) -> DocumentReference:
        document_id = f"pdf_{uuid4().hex}"
        return DocumentReference(
            document_id=document_id,
            name=name,
            media_type=_PDF,
            size=len(pdf),
            sha256=hashlib.sha256(pdf).hexdigest(),
            url=f"{self._documents_url}/{document_id}",
        )

    def _reference(self, file: AttachedFile) -> DocumentReference:
        return DocumentReference(
            document_id=file.file_id,
            name=file.name,
            media_type=file.media_type,
            size=file.size,
            sha256=file.sha256,
            url=f"{self._documents_url}/{file.file_id}",
        )

    async def _stored(self, submission: Submission) -> Document:
        pdf = submission.pdf
        content = await self._stores.documents.read(Blob(pdf.document_id, pdf.size, pdf.sha256))
        return Document(pdf.name, content, pdf.sha256)

    async def tidy(self) -> None:
        """Removes the PDFs of submissions that did not come to be."""

        async def is_held(owner: Key, document_id: str) -> Held:
            contribution = await self._stores.contributions.get(owner.authority, owner.id)
            submission = contribution.submission_of(document_id) if contribution else None
            return "for good" if submission else "no"

        await self._stores.documents.tidy(clock.now() - UNSETTLED_AFTER, is_held)


async def _judged(contribution: Contribution, form: Form, file_count: int = 0) -> Judgement:
    return await loop.work(loop.weight(contribution.draft), contribution.judge, form, file_count=file_count)


def contribution_id_of(contribution: Contribution) -> str:
    """What the next submission is known by; the same however often it is tried."""
    later = [str(contribution.round)] if contribution.submissions else []
    return derived_id("contribution", contribution.task_id, *later)


def _submission(told: ToldToCouncil) -> Submission:
    return Submission(
        contribution_id=told.contribution_id,
        submitted_at=told.submitted_at,
        receipt=told.receipt,
        answers=told.answers,
        signed_by=tuple(told.signed_by),
        pdf=told.pdf,
        attachments=tuple(told.attachments),
    )
