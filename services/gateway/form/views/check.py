"""A form's answers to be read: before submitting, on paper, after submitting (requirements F112-F119). Pure."""

from dataclasses import dataclass
from datetime import date

from contracts.api.files import FileView
from contracts.api.forms import ContributionView
from contracts.api.tasks import TaskView
from contracts.authority import Authority
from services.gateway.form.questions import on_page, showing
from services.gateway.form.views.adding import Adding, adding
from services.gateway.form.views.answered import AnsweredQuestion, answered
from services.gateway.form.views.attached import attached_words
from services.gateway.form.views.fields import element_id
from services.gateway.form.views.page import AttachmentLine, attachments, in_place, takes_files
from services.gateway.form.views.sent_back import SentBack, sent_back_to_check
from services.gateway.kit.views.banner import TaskBanner, task_banner
from services.gateway.kit.views.frame import SummaryLine


@dataclass(frozen=True)
class Section:
    """The answers of one page of the form."""

    number: int
    title: str
    answers: list[AnsweredQuestion]
    is_left_out: bool = False
    """The council does not ask for it any more."""


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


def _sections(contribution: ContributionView, base: str) -> list[Section]:
    """The pages on which something shows, and those that are left out."""
    sections = []
    for number, page in enumerate(contribution.pages, 1):
        shown = list(showing(page.questions, contribution.hidden))
        answers = [
            answered(question, contribution, f"{base}/{number}#{element_id(question.key)}")
            for question in shown
            if question.type not in {"help", "files"}
        ]
        is_left_out = page.key in contribution.left_out
        if shown or is_left_out:
            sections.append(Section(number, page.title, answers, is_left_out))
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
