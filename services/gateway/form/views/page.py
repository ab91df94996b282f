"""A form's page as shown: banner, numbered pages, controls, attachments (requirements F95-F112, F124-F125). Pure."""

from dataclasses import dataclass, field
from datetime import date

from contracts.api.files import FileView
from contracts.api.forms import AnswerFault, ContributionView, FormPage
from contracts.api.tasks import TaskView
from contracts.authority import Authority
from services.gateway.form.edits import ANSWERED, seen_on
from services.gateway.form.questions import flat, narrowed, on_page, showing, stands
from services.gateway.form.views.adding import Adding, adding
from services.gateway.form.views.answered import AnsweredQuestion, not_sent
from services.gateway.form.views.asked import asked_words
from services.gateway.form.views.fields import ControlValues, Field, element_id, fields_of
from services.gateway.form.views.sent_back import SentBack, sent_back_above
from services.gateway.form.views.typed import labels_of
from services.gateway.kit.views.banner import TaskBanner, task_banner
from services.gateway.kit.views.frame import SummaryLine
from services.gateway.kit.views.wording import hour, size_words

COMPLETE = "Complete"
LEFT_OUT = "No longer asked for"


@dataclass(frozen=True)
class AttachmentLine:
    """An attached file."""

    file_id: str
    name: str
    size: str
    state: str
    note: str
    href: str


def attachments(task_id: str, files: list[FileView]) -> list[AttachmentLine]:
    """The files of a task; one that is not released cannot be opened."""
    notes = {"waiting": "Being checked for viruses", "accepted": "", "refused": "Refused"}
    return [
        AttachmentLine(
            file.file_id,
            file.name,
            size_words(file.size),
            file.state,
            file.refusal or notes[file.state],
            f"/forms/{task_id}/files/{file.file_id}" if file.state == "accepted" else "",
        )
        for file in files
    ]


@dataclass(frozen=True)
class PageLink:
    """A numbered page of the form; `state` is empty where there is nothing to answer on it."""

    number: int
    title: str
    current: bool
    state: str


@dataclass(frozen=True)
class FormPageView:
    """One page of a form, ready to type into."""

    task_id: str
    title: str
    form_title: str
    number: int
    last: int
    banner: TaskBanner
    has_due_date: bool
    pages: list[PageLink]
    fields: list[Field]
    problems: list[SummaryLine]
    seen: str
    labels: str
    revision: int
    page_id: str
    holder_key: str
    saved: str
    takes_files: bool
    attachments: list[AttachmentLine]
    accept: str
    file_rules: str
    largest: int
    too_large: str
    sent_back: SentBack | None
    asked: str
    """What was asked of the council, and its answer; empty where nothing was."""
    has_parts: bool = False
    """Some of it can be declined while the rest is answered."""
    left_out: bool = False
    """The council does not ask for this page any more: all its fields are hidden."""
    not_sent: list[AnsweredQuestion] = field(default_factory=list)
    """What was typed on it before."""
    adding: Adding | None = None
    full_screen: str = ""
    removed: str = ""
    """The row that was just removed, as `table/row`: it can be put back."""
    notice: str = ""
    download: str = ""

    @property
    def complete(self) -> int:
        """How many pages are complete."""
        return sum(link.state == COMPLETE for link in self.pages)

    @property
    def waiting(self) -> bool:
        """Some attachment is still being checked."""
        return any(attachment.state == "waiting" for attachment in self.attachments)


@dataclass(frozen=True)
class FormPageState:
    """What a page shows beside task and contribution. Whoever renders it adds the ids, the key and the files."""

    number: int
    typed: dict[str, list[str]] = field(default_factory=dict)
    faults: list[AnswerFault] = field(default_factory=list)
    general: list[str] = field(default_factory=list)
    full_screen: str = ""
    removed: str = ""
    """The row that was just removed, as `table/row`: it can be put back."""
    notice: str = ""
    download: str = ""
    page_id: str = ""
    holder_key: str = ""
    spare_row: str = ""
    files: list[FileView] = field(default_factory=list)


def page_state(page: FormPage, contribution: ContributionView) -> str:
    """How far a page is, in words; nothing where it asks nothing."""
    if page.key in contribution.left_out:
        return LEFT_OUT
    asked = [each for each in showing(page.questions, contribution.hidden) if each.type in ANSWERED | {"table"}]
    if not asked:
        return ""
    if not any(stands(question, contribution) for question in asked):
        return "Not started"
    return "Not complete" if on_page(page, contribution.faults) else COMPLETE


def takes_files(page: FormPage) -> bool:
    """Whether documents are attached on the page."""
    return any(question.type == "files" for question in flat(page.questions))


def file_rules(authority: Authority) -> str:
    """What may be attached, in words."""
    return f"{kinds(authority)}, up to {size_words(authority.files.max_size)} each"


def kinds(authority: Authority) -> str:
    """Such as DOC, DOCX, PDF, JPG, JPEG or PNG."""
    names = [extension.upper() for extension in authority.files.extensions]
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else names[0]


def page_problems(faults: list[AnswerFault], general: list[str]) -> list[SummaryLine]:
    """The error summary: what is about all of it, then each fault after the words for where it is."""
    return [SummaryLine(text) for text in general] + [
        SummaryLine.at(in_place(fault.place, line), element_id(fault.path))
        for fault in faults
        for line in fault.message.splitlines()
    ]


def in_place(place: str, text: str) -> str:
    """A fault after the words for where it is."""
    return f"{place}: {text}" if place else text


def form_page(
    task: TaskView, contribution: ContributionView, authority: Authority, state: FormPageState, today: date
) -> FormPageView:
    """A page of the form with its answers."""
    whole = contribution.pages[state.number - 1]
    page = narrowed(whole, state.full_screen) if state.full_screen else whole
    conflicts = {conflict.path: conflict for conflict in contribution.conflicts}
    faults = on_page(page, state.faults)
    filled = ControlValues(
        contribution.answers,
        contribution.rows,
        frozenset(contribution.hidden),
        state.typed,
        {fault.path: fault.message for fault in faults},
        conflicts,
        state.spare_row,
        frozenset(contribution.council_questions.fields if contribution.council_questions else ()),
    )
    return FormPageView(
        task_id=task.task_id,
        title=whole.title,
        form_title=task.form_title,
        number=state.number,
        last=len(contribution.pages),
        banner=task_banner(task, authority, today),
        has_due_date=task.due_on is not None,
        pages=[
            PageLink(number, each.title, number == state.number, page_state(each, contribution))
            for number, each in enumerate(contribution.pages, 1)
        ],
        fields=fields_of(page.questions, filled),
        problems=page_problems(faults, state.general),
        seen=seen_on(page, contribution).dump(),
        labels=labels_of(page),
        revision=contribution.revision,
        page_id=state.page_id,
        holder_key=state.holder_key,
        saved=hour(contribution.saved_at) if contribution.saved_at else "",
        takes_files=takes_files(page),
        attachments=attachments(task.task_id, state.files),
        accept=",".join(f".{extension}" for extension in authority.files.extensions),
        file_rules=file_rules(authority),
        largest=authority.files.max_size,
        too_large=f"The selected file must be smaller than {size_words(authority.files.max_size)}",
        sent_back=sent_back_above(contribution, state.number),
        asked=asked_words(task.ask, authority.brand.name),
        has_parts=len(contribution.declinable) > 1,
        left_out=whole.key in contribution.left_out,
        not_sent=not_sent(whole, contribution),
        adding=adding(task, contribution, authority.brand.name),
        full_screen=state.full_screen,
        removed=state.removed,
        notice=state.notice,
        download=state.download,
    )
