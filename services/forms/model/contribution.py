"""A contribution: what its task says, its draft, its submission, and what may happen to it. No I/O, no clock."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Literal, Self

from contracts.base import EVERYBODYS, FrozenModel, Sealed
from contracts.council import Sender, Subject
from contracts.portal import DeclineReason
from contracts.submission import DocumentReference, Signature
from contracts.tasks import AddendumGrant, CouncilQuestions
from services.forms.model.answers import Form, Judgement
from services.forms.model.document import Banner
from services.forms.model.draft import Draft, with_subject
from services.forms.model.paths import split

UNDECIDED = "Two versions of this answer were saved. Choose which one to keep."


class Told(FrozenModel):
    """What the council may change while the form is open; `task_version` says how recent it is."""

    task_version: int
    sender: Sender
    due_on: date | None
    comments: str
    prefill: dict[str, Any]


class Author(FrozenModel):
    """Somebody who has written in a form."""

    account_id: str
    name: Sealed[str]

    @property
    def key(self) -> str:
        """What answers are marked with: fit to be a name in a document, whatever the id is."""
        return hashlib.blake2b(self.account_id.encode(), digest_size=8).hexdigest()


class Submission(FrozenModel):
    """What was submitted, frozen."""

    contribution_id: str
    submitted_at: datetime
    receipt: str
    answers: Sealed[dict[str, Any]]
    signed_by: Sealed[tuple[Signature, ...]]
    pdf: DocumentReference
    attachments: tuple[DocumentReference, ...]
    received_at: datetime | None = None
    """When the council confirmed that it has the PDF: from then on it is there for whoever submitted alone."""
    questions: Sealed[CouncilQuestions | None] = None
    """What the council asked about it, where it has sent it back."""


class KnownAddendum(FrozenModel):
    """What tasks said last of something that is added to a submission: begun, or discarded."""

    addendum_id: str
    task_version: int
    contribution_id: str
    """The submission that stands."""
    reason: Sealed[str] = ""
    is_discarded: bool = False
    before: Draft | None = None
    """The draft as it was submitted, while the addendum is under way: what discarding it goes back to."""


class KnownSection(FrozenModel):
    """What tasks said last of a section: that it is not asked for any more, and why; or asked for again."""

    task_version: int
    is_left_out: bool
    ask_id: str = ""
    """The part-decline that the council has accepted."""
    reason_code: Sealed[DeclineReason | None] = None


class Contribution(FrozenModel):
    """One form of one task. Until its task is heard of in full it has no subject and nobody can open it."""

    task_id: str
    authority: str
    delegation_id: str
    reference: str = ""
    """What people say on the telephone; empty until the task is heard of in full, and for old tasks."""
    access_version: int = 0
    """The newest one of the task that this service has heard of: grants of before open nothing."""
    form: str = ""
    form_version: str = ""
    form_owner: str = EVERYBODYS
    subject: Sealed[Subject | None] = None
    opened: Sealed[Told | None] = None
    amended: Sealed[Told | None] = None
    retracted_at: datetime | None = None
    draft: Draft = Draft()
    started_at: datetime | None = None
    """When somebody gave the first answer."""
    people: dict[str, Author] = {}
    submission: Submission | None = None
    """Of this round."""
    earlier: tuple[Submission, ...] = ()
    """Those that the council has sent back, or that an addendum has replaced, the last one last."""
    addendum: KnownAddendum | None = None
    council_questions: Sealed[CouncilQuestions | None] = None
    """With what it has sent back the last one."""
    sections: dict[str, KnownSection] = {}
    """By the keys of their pages; the others are asked for as the form has them."""

    @property
    def round(self) -> int:
        """Of what is submitted next: 1, and one more for each submission before."""
        return 1 + len(self.submissions)

    @property
    def submissions(self) -> tuple[Submission, ...]:
        """All of them."""
        return (*self.earlier, self.submission) if self.submission else self.earlier

    @property
    def state(self) -> Literal["draft", "submitted", "retracted"]:
        """Submitted stays submitted, whatever comes later."""
        if self.submission is not None:
            return "submitted"
        return "draft" if self.retracted_at is None else "retracted"

    @property
    def under_way(self) -> KnownAddendum | None:
        """What is being added to the submission that stands."""
        addendum = self.addendum
        if addendum is None or addendum.is_discarded or self.submission is None:
            return None
        return addendum if addendum.contribution_id == self.submission.contribution_id else None

    def has_heard_of(self, granted: AddendumGrant | None) -> bool:
        """Whether an addendum that is granted is known here, or nothing of it is needed any more."""
        if granted is None or self.submission is None or self.submission.contribution_id != granted.contribution_id:
            return True
        return self.under_way is not None and self.under_way.addendum_id == granted.addendum_id

    def is_at(self, granted: AddendumGrant | None) -> bool:
        """Whether what is added here, if anything, is what is granted; else the end of it is not heard of yet."""
        return self.under_way is None or (granted is not None and granted.addendum_id == self.under_way.addendum_id)

    @property
    def left_out(self) -> dict[str, KnownSection]:
        """The sections that are not asked for any more."""
        return {key: section for key, section in self.sections.items() if section.is_left_out}

    @property
    def is_open(self) -> bool:
        """Whether its answers can be changed."""
        return self.state == "draft" or self.under_way is not None

    @property
    def submitted(self) -> Submission:
        """The submission; only to be asked of a contribution that has one."""
        if self.submission is None:
            raise ValueError("not submitted")
        return self.submission

    @property
    def asked_about(self) -> list[tuple[Submission, CouncilQuestions]]:
        """The submissions that the council has sent back, each with its questions, the last one last."""
        return [(each, each.questions) for each in self.earlier if each.questions]

    def submission_of(self, document_id: str) -> Submission | None:
        """The submission whose PDF this is."""
        return next((each for each in self.submissions if each.pdf.document_id == document_id), None)

    @property
    def told(self) -> Told | None:
        """The latest that the council has said."""
        return self.amended or self.opened

    @property
    def prefill(self) -> Mapping[str, Any]:
        """The council's latest words for the fields that only it fills."""
        return self.told.prefill if self.told else {}

    def heard(self, access_version: int) -> Self:
        """Who may do what has changed: grants of before open nothing from here on."""
        if access_version <= self.access_version:
            return self
        return self.model_copy(update={"access_version": access_version})

    def amended_by(self, told: Told) -> Self:
        """What the council has changed, where nothing newer is known."""
        if self.amended is not None and self.amended.task_version >= told.task_version:
            return self
        return self.model_copy(update={"amended": told})

    def with_sections(self, keys: Iterable[str], news: KnownSection) -> Self:
        """Sections are not asked for any more, or again: the newest word about each counts. What was typed there stays.

        Of what is submitted nothing is left out: the council has it as it was asked for.
        """
        if news.is_left_out and self.submission is not None:
            return self
        known = {key: self.sections.get(key) for key in keys}
        newer = {key: news for key, section in known.items() if not section or section.task_version < news.task_version}
        return self.model_copy(update={"sections": {**self.sections, **newer}}) if newer else self

    def retracted(self, at: datetime) -> Self:
        """The council has withdrawn the task; the first time counts."""
        return self if self.retracted_at else self.model_copy(update={"retracted_at": at})

    def saved(self, draft: Draft, author: Author) -> Self:
        """As it is after a save; the first that gives an answer starts it, and no later one does."""
        started_at = self.started_at or (draft.saved_at if draft.is_begun else None)
        people = {**self.people, author.key: author}
        return self.model_copy(update={"draft": draft, "started_at": started_at, "people": people})

    def sent_back(self, contribution_id: str, questions: CouncilQuestions, ended: str | None = None) -> Self:
        """The council has questions about this submission: it can be changed and submitted again.

        What was typed in the addendum that this has ended is part of that, and nothing of one that was discarded.
        """
        if self.submission is None or self.submission.contribution_id != contribution_id:
            return self
        is_kept = self.under_way is not None and self.under_way.addendum_id == ended
        draft = self.draft if is_kept else self._draft_as_submitted()
        asked = self.submission.model_copy(update={"questions": questions})
        back = self.model_copy(update={"submission": asked}).in_next_round()
        return back.model_copy(update={"draft": draft, "council_questions": questions})

    def with_addendum(self, news: KnownAddendum) -> Self:
        """Its author adds to what stands, or discards that: the newest word counts, and of one before nothing stays."""
        if self.addendum is not None and self.addendum.task_version >= news.task_version:
            return self
        draft = self._draft_as_submitted()
        after = self.model_copy(update={"addendum": news, "draft": draft})
        before = draft if after.under_way else None
        return after.model_copy(update={"addendum": news.model_copy(update={"before": before})})

    def in_next_round(self) -> Self:
        """What was submitted is what it was, and what comes next takes its place."""
        addendum = self.addendum.model_copy(update={"before": None}) if self.addendum else None
        return self.model_copy(update={"submission": None, "earlier": self.submissions, "addendum": addendum})

    def _draft_as_submitted(self) -> Draft:
        """Without what was typed in the addendum under way; no page that showed that is newer than what comes next."""
        before = self.under_way.before if self.under_way else None
        if before is None or before.revision == self.draft.revision:
            return self.draft
        return before.model_copy(update={"revision": self.draft.revision + 1, "batches": self.draft.batches})

    def received(self, document_id: str, at: datetime) -> Self:
        """The council has the PDF of a submission; the first time counts."""

        def marked(each: Submission) -> Submission:
            is_news = each.pdf.document_id == document_id and each.received_at is None
            return each.model_copy(update={"received_at": at}) if is_news else each

        submission = marked(self.submission) if self.submission else None
        earlier = tuple(marked(each) for each in self.earlier)
        if (submission, earlier) == (self.submission, self.earlier):
            return self
        return self.model_copy(update={"submission": submission, "earlier": earlier})

    def values(self, form: Form) -> dict[str, Any]:
        """Every standing value: what was typed, and what only the council fills."""
        read_only = (key for key, item in form.definition.questions.items() if item.read_only)
        known = with_subject(form.definition, self.subject, self.prefill)
        given = {key: known[key] for key in read_only if key in known}
        return {**self.draft.values(), **given}

    def judge(self, form: Form, *, file_count: int = 0) -> Judgement:
        """What shows, the answers as they leave the portal, and what keeps it from being submitted.

        Versions that nobody has chosen from do, where their question shows.
        """
        tables = self.draft.table_rows()
        judged = form.judge(self.values(form), tables, left_out=self.left_out, file_count=file_count)
        undecided = [
            form.fault(path, tables, "undecided", UNDECIDED)
            for path, _ in self.draft.contested()
            if split(path)[0] not in judged.hidden
        ]
        return replace(judged, faults=form.in_order([*judged.faults, *undecided], tables))

    def name_of(self, author: str) -> str:
        """Who wrote something, in words."""
        return self.people[author].name if author in self.people else "The council"

    def banner(self, shown: tuple[str, ...]) -> Banner:
        """What stands above the form."""
        if self.told is None or self.subject is None:
            raise ValueError("the task has not been heard of in full")
        return Banner(self.subject, self.told.sender, self.told.due_on, self.told.comments, shown)
