"""A form's answers to be read: before submitting, on paper, after submitting (requirements F112-F119). Pure."""

from dataclasses import dataclass, field
from datetime import date

from contracts.api.files import FileView
from contracts.api.forms import ContributionView, Question
from contracts.api.tasks import TaskView
from contracts.authority import Authority
from services.gateway.form.questions import NOTHING, on_page, showing
from services.gateway.form.views.adding import Adding, adding
from services.gateway.form.views.attached import attached_words
from services.gateway.form.views.fields import element_id
from services.gateway.form.views.page import AttachmentLine, attachments, in_place, takes_files
from services.gateway.form.views.sent_back import SentBack, sent_back_to_check
from services.gateway.kit.views.banner import TaskBanner, task_banner
from services.gateway.kit.views.frame import SummaryLine


@dataclass(frozen=True)
class AnsweredQuestion:
    """One question and its answer in words; a table has rows."""

    kind: str
    label: str
    words: str
    href: str
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True)
class Section:
    """The answers of one page of the form."""

    number: int
    title: str
    answers: list[AnsweredQuestion]


@dataclass(frozen=True)
class CheckPage:
    """Check your answers, or the whole form to print."""

    task_id: str
    form_title: str
    banner: TaskBanner
    sent_back: SentBack | None
    adding: Adding | None
    to_mend: list[SummaryLine]
    sections: list[Section]
    attachments: list[AttachmentLine]
    attached: str
    files_href: str
    last: int

    @property
    def ready(self) -> bool:
        """Nothing stands in the way of submitting."""
        return not self.to_mend


def _answer(question: Question, contribution: ContributionView, href: str) -> AnsweredQuestion:
    """A question as it is read; a row in which nothing stands is not there."""
    rows = [
        [
            contribution.answers.get(f"{question.key}/{row.row_id}/{column.key}", NOTHING).read
            for column in question.columns
        ]
        for row in contribution.rows.get(question.key, [])
        if not row.is_empty
    ]
    words = contribution.answers.get(question.key, NOTHING).read
    return AnsweredQuestion(
        question.type, question.label, words, href, [column.label for column in question.columns], rows
    )


def _sections(contribution: ContributionView, base: str) -> list[Section]:
    """The pages on which something shows."""
    sections = []
    for number, page in enumerate(contribution.pages, 1):
        shown = list(showing(page.questions, contribution.hidden))
        answers = [
            _answer(question, contribution, f"{base}/{number}#{element_id(question.key)}")
            for question in shown
            if question.type not in {"help", "files"}
        ]
        if shown:
            sections.append(Section(number, page.title, answers))
    return sections


def check_page(
    task: TaskView, contribution: ContributionView, authority: Authority, files: list[FileView], today: date
) -> CheckPage:
    """Every answer of the form, and first what is missing or wrong."""
    base = f"/forms/{task.task_id}"
    to_mend = [
        SummaryLine(in_place(fault.place, fault.message), f"{base}/{number}?check=1#{element_id(fault.path)}")
        for number, page in enumerate(contribution.pages, 1)
        for fault in on_page(page, contribution.faults)
    ]
    with_files = [number for number, page in enumerate(contribution.pages, 1) if takes_files(page)]
    return CheckPage(
        task_id=task.task_id,
        form_title=task.form_title,
        banner=task_banner(task, authority, today),
        sent_back=sent_back_to_check(contribution, base),
        adding=adding(task, contribution, authority.brand.name),
        to_mend=to_mend,
        sections=_sections(contribution, base),
        attachments=attachments(task.task_id, files),
        attached=attached_words(contribution.pages, files),
        files_href=f"{base}/{with_files[-1]}#files" if with_files else "",
        last=len(contribution.pages),
    )
