"""Adding to what was submitted: over tasks, forms and files, whatever they hear first, and however often."""

import contextlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chassis.errors import Refused
from chassis.outbox import Outgoing
from contracts.api.forms import Edit
from contracts.authority import Authority, FileRules
from contracts.base import Contact, Event
from contracts.catalogue import CATALOGUE
from contracts.council import DelegationReturned, PersonAssignee, Sender, Subject
from contracts.files import AttachedFile
from contracts.forms import ContributionSubmitted
from contracts.submission import ChangedParts, DocumentReference
from contracts.tasks import AddendumDiscarded, AddendumStarted, CouncilQuestions, FormGrant, TaskReturned
from services.files.model.folder import Attachment, Content, Folder
from services.files.model.scan import Verdict
from services.files.usecases.service import check_grant, check_open
from services.forms.model.changes import replaced_by
from services.forms.model.contribution import Contribution, KnownAddendum, Submission, Told
from services.forms.model.draft import Batch, merge, prefilled
from services.forms.usecases.drafts import opened
from services.forms.usecases.submissions import contribution_id_of
from services.tasks import events
from services.tasks.model.adding import may_add
from services.tasks.model.facts import Addendum, Request, SubmissionFact
from services.tasks.model.task import Task
from tests.unit.forms.definitions import form, item, table

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
EMAIL = "sandra@school.example"
ASKED = form(
    item("q", "string"), item("more", "text"), table("rows", item("what", "text")), item("files", "attachment")
)
BRISTOL = Authority.model_validate_json(
    b'{"code": "bristol", "brand": {"name": "B", "signature": "B", "from_address": "a@b.example", "from_name": "B"},'
    b' "support": {"practice": "p", "technical": "t"}}'
)
ABOUT: dict[str, Any] = {"task_id": "t", "authority": "bristol", "delegation_id": "d"}
QUESTIONS = CouncilQuestions(comments="How often?", fields=[], asked_at=AT)


def a_task() -> Task:
    request = Request(
        digest="x",
        form="a-form",
        form_version="1",
        form_title="Form",
        subject=Subject(person_id="P", name="Gabriel Example"),
        assignee=PersonAssignee(kind="person", email=EMAIL),
        sender=Sender(name="Chloe"),
        received_on=date(2026, 3, 1),
        due_on=date(2026, 4, 12),
        comments="",
        prefill={},
        requested_at=AT,
    )
    return Task(**ABOUT).with_request(request)


def a_contribution() -> Contribution:
    told = Told(task_version=1, sender=Sender(name="C"), due_on=date(2026, 4, 12), comments="", prefill={})
    subject = Subject(person_id="P", name="Gabriel Example")
    draft = prefilled(ASKED.definition, {}, AT)
    return Contribution(**ABOUT, form="a-form", form_version="1", subject=subject, opened=told, draft=draft)


def a_submission(contribution_id: str, answers: dict[str, Any], *files: AttachedFile) -> Submission:
    def reference(file_id: str, name: str, sha256: str) -> DocumentReference:
        return DocumentReference(document_id=file_id, name=name, media_type="m", size=1, sha256=sha256, url="u")

    return Submission(
        contribution_id=contribution_id,
        submitted_at=AT,
        receipt="r",
        answers=answers,
        signed_by=(),
        pdf=reference("pdf", "p.pdf", "0"),
        attachments=tuple(reference(each.file_id, each.name, each.sha256) for each in files),
    )


def typed(contribution: Contribution, number: int, value: str) -> Contribution:
    seen = contribution.draft.revision
    batch = Batch(id=f"page-{number}:1", seen=seen, by="a", at=AT, edits=(Edit(op="set", path="q", value=value),))
    return contribution.model_copy(update={"draft": merge(contribution.draft, batch)})


def a_file(file_id: str, added_by: str | None = None) -> Attachment:
    file = Attachment(
        file_id=file_id,
        name=f"{file_id}.pdf",
        extension="pdf",
        media_type="application/pdf",
        content=Content(content_id=file_id, size=1, sha256=file_id),
        uploaded_by="Sandra",
        uploaded_at=AT,
        added_by=added_by,
    )
    return file.settled(Verdict.CLEAN, AT)


class Portal(RuleBasedStateMachine):
    """One form, its author in several tabs, its council, and three services that hear of one another when they do."""

    def __init__(self) -> None:
        super().__init__()
        self.task, self.contribution = a_task(), a_contribution()
        self.folder = Folder(task_id="t", authority="bristol")
        self.tabs = [self.grant()]
        self.waiting: list[tuple[str, Event]] = []
        self.heard: list[tuple[str, Event]] = []
        self.number = 0
        self.rounds = 0
        self.typed: dict[str, str] = {}
        """What was typed last, by addendum."""

    def next(self) -> int:
        self.number += 1
        return self.number

    def grant(self) -> FormGrant:
        begun = self.task.addendum
        return FormGrant.model_validate(
            {
                **ABOUT,
                "account_id": "a",
                "email": EMAIL,
                "name": "Sandra",
                "rights": self.task.rights_of(EMAIL, BRISTOL, AT),
                "version": self.task.version,
                "access_version": self.task.access_version,
                "addendum": begun and {"addendum_id": begun.addendum_id, "contribution_id": begun.contribution_id},
            }
        )

    def tell(self, told: list[Outgoing]) -> None:
        for each in told:
            event = CATALOGUE[each.type].model_validate_json(each.body)
            services = {AddendumStarted: ["forms"], AddendumDiscarded: ["forms", "files"]}
            self.waiting += [(service, event) for service in services.get(type(event), ["forms", "files"])]  # type: ignore[misc]

    @rule()
    def a_tab_is_opened(self) -> None:
        self.tabs.append(self.grant())

    @rule(tab=st.integers(0, 9), value=st.sampled_from("ab"))
    def somebody_types(self, tab: int, value: str) -> None:
        self.in_tab(tab, lambda grant: self.type(grant, value))

    def type(self, grant: FormGrant, value: str) -> None:
        kept = opened(self.contribution, grant)
        if kept.is_open and kept.is_at(grant.addendum) and "edit" in grant.rights:
            self.contribution = typed(self.contribution, self.next(), value)
            if grant.addendum:
                self.typed[grant.addendum.addendum_id] = value

    def in_tab(self, tab: int, does: Callable[[FormGrant], None]) -> None:
        """With a grant of long ago as well: it does something or is refused."""
        with contextlib.suppress(Refused):
            does(self.tabs[-1 - tab % len(self.tabs)])

    @rule(tab=st.integers(0, 9))
    def a_file_is_attached(self, tab: int) -> None:
        self.in_tab(tab, self.attach)

    def attach(self, grant: FormGrant) -> None:
        check_grant(self.folder, grant)
        check_open(self.folder, grant)
        file = a_file(f"f{self.next()}", grant.addendum.addendum_id if grant.addendum else None)
        if "edit" in grant.rights:
            self.folder = self.folder.with_file(file, FileRules(max_count=300)).seen(grant.access_version)

    @rule(tab=st.integers(0, 9), which=st.integers(0, 9))
    def a_file_is_removed(self, tab: int, which: int) -> None:
        self.in_tab(tab, lambda grant: self.remove(grant, which))

    def remove(self, grant: FormGrant, which: int) -> None:
        check_grant(self.folder, grant)
        check_open(self.folder, grant)
        listed = self.folder.listed(grant.addendum)
        if listed and "edit" in grant.rights:
            file_id = listed[which % len(listed)].file_id
            self.folder = self.folder.without(file_id, AT, grant.addendum).seen(grant.access_version)

    @rule(tab=st.integers(0, 9))
    def it_is_submitted(self, tab: int) -> None:
        self.in_tab(tab, self.submit)

    def submit(self, grant: FormGrant) -> None:
        check_grant(self.folder, grant)
        kept = opened(self.contribution, grant)
        if "submit" not in grant.rights or not kept.is_open or not kept.is_at(grant.addendum):
            return
        files = [
            AttachedFile(file_id=each.file_id, name=each.name, media_type="m", size=1, sha256=each.content.sha256)
            for each in self.folder.listed(grant.addendum)
        ]
        answers = kept.judge(ASKED).answers
        replaced = replaced_by(kept, answers, files)
        if kept.under_way and replaced and replaced.changed == ChangedParts():
            return
        submission = a_submission(contribution_id_of(kept), answers, *files)
        self.rounds += 1
        event = ContributionSubmitted(
            **ABOUT,
            contribution_id=submission.contribution_id,
            form="a-form",
            file_ids=[each.file_id for each in files],
            receipt="r",
            person=Contact(email=EMAIL),
            submitted_at=AT,
            replaces=kept.submission.contribution_id if kept.submission else None,
        )
        self.contribution = kept.in_next_round().model_copy(update={"submission": submission})
        self.waiting += [("tasks", event), ("files", event)]

    @rule()
    def its_author_adds_to_it(self) -> None:
        if self.task.submission and may_add(self.task, EMAIL, BRISTOL, AT):
            stands = self.task.submission.contribution_id
            addendum = Addendum(addendum_id=f"a{self.next()}", contribution_id=stands, reason="Late", started_at=AT)
            before, self.task = self.task, self.task.with_addendum(addendum)
            self.tell([] if self.task is before else events.of_addendum(self.task))
            self.tabs.append(self.grant())

    @rule()
    def its_author_discards_that(self) -> None:
        before, self.task = self.task, self.task.without_addendum(AT)
        self.tell([] if self.task is before else events.of_addendum(self.task))

    @rule()
    def its_council_sends_it_back(self) -> None:
        if self.task.submission:
            message = DelegationReturned(authority="bristol", delegation_id="d", comments="How often?")
            self.task = self.task.with_return(message, f"m{self.next()}", AT)
            self.tell(events.of_return(self.task, BRISTOL))
            self.tabs.append(self.grant())

    @precondition(lambda self: self.waiting)
    @rule(which=st.integers(0, 99))
    def something_is_heard(self, which: int) -> None:
        service, event = self.waiting.pop(which % len(self.waiting))
        self.hear(service, event)

    @precondition(lambda self: self.heard)
    @rule(which=st.integers(0, 99))
    def something_is_heard_again(self, which: int) -> None:
        self.hear(*self.heard[which % len(self.heard)])

    def hear(self, service: str, event: Event) -> None:
        self.heard.append((service, event))
        if service == "tasks" and isinstance(event, ContributionSubmitted):
            submission = SubmissionFact(
                contribution_id=event.contribution_id, receipt="r", by=event.person, submitted_at=AT
            )
            self.task = self.task.with_submission(submission, event.replaces)
        elif service == "forms":
            self.contribution = heard_by_forms(self.contribution, event)
        else:
            self.folder = heard_by_files(self.folder, event)

    @invariant()
    def what_its_council_has_got_stays(self) -> None:
        assert len(self.contribution.submissions) == self.rounds
        ids = [each.contribution_id for each in self.contribution.submissions]
        assert len(ids) == len(set(ids))
        if self.task.contribution_id:
            assert self.task.state in {"submitted", "returned"}
            assert self.task.contribution_id in ids

    def teardown(self) -> None:
        while self.waiting:
            self.hear(*self.waiting.pop())
        task, contribution = self.task, self.contribution
        standing = contribution.submission
        assert (task.submission and task.submission.contribution_id) == (standing and standing.contribution_id)
        assert (task.addendum and task.addendum.addendum_id) == (
            contribution.under_way and contribution.under_way.addendum_id
        )
        assert self.folder.is_open == (standing is None)
        if standing is None:
            return
        attached = [each.file_id for each in self.folder.listed()]
        assert sorted(attached) == sorted(each.document_id for each in standing.attachments)
        assert all(each.is_frozen for each in self.folder.listed())
        answers, begun = contribution.judge(ASKED).answers, contribution.under_way
        kept = self.typed.get(begun.addendum_id) if begun else None
        assert answers == ({"q": kept} if kept else standing.answers)


def known(event: AddendumStarted | AddendumDiscarded) -> KnownAddendum:
    return KnownAddendum(
        addendum_id=event.addendum_id,
        task_version=event.task_version,
        contribution_id=event.contribution_id,
        is_discarded=isinstance(event, AddendumDiscarded),
    )


def heard_by_forms(contribution: Contribution, event: Event) -> Contribution:
    match event:
        case AddendumStarted() | AddendumDiscarded():
            return contribution.with_addendum(known(event)).heard(event.access_version)
        case TaskReturned():
            back = contribution.sent_back(event.contribution_id, event.questions, event.addendum_id)
            return back.heard(event.access_version)
    raise TypeError(event)


def heard_by_files(folder: Folder, event: Event) -> Folder:
    match event:
        case ContributionSubmitted():
            return folder.submitted(event.contribution_id, event.file_ids, event.submitted_at, event.replaces)
        case AddendumDiscarded():
            return folder.discarded(event.addendum_id, event.access_version, event.discarded_at)
        case TaskReturned():
            return folder.returned(event.contribution_id, event.access_version)
    raise TypeError(event)


TestPortal = Portal.TestCase
