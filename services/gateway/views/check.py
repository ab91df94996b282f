"""A form's answers to be read: before submitting, on paper, after submitting (requirements F112-F119). Pure."""

from dataclasses import dataclass, field
from datetime import date

from contracts.api.files import FileView
from contracts.api.forms import ContributionView, Question
from contracts.api.tasks import TaskView
from contracts.authority import Authority
from services.gateway.views.answers import Answers, as_read, flat, page_faults, rows_of, showing
from services.gateway.views.attached import attached_words
from services.gateway.views.fields import element_id
from services.gateway.views.form import Attachment, Banner, attachments, banner, takes_files
from services.gateway.views.frame import Problem


@dataclass(frozen=True)
class Answer:
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
    answers: list[Answer]


@dataclass(frozen=True)
class CheckPage:
    """Check your answers, or the whole form to print."""

    task_id: str
    form_title: str
    banner: Banner
    missing: list[Problem]
    conflicts: list[Problem]
    sections: list[Section]
    attachments: list[Attachment]
    attached: str
    files_href: str
    last: int

    @property
    def ready(self) -> bool:
        """Nothing stands in the way of submitting."""
        return not (self.missing or self.conflicts)


def _answer(question: Question, answers: Answers, href: str) -> Answer:
    columns = [column.label for column in question.columns]
    rows = [
        [as_read(column, row.cells.get(column.key)) for column in question.columns]
        for row in (rows_of(answers, question.key) if columns else [])
    ]
    words = "" if columns else as_read(question, answers.get(question.key))
    return Answer(question.type, question.label, words, href, columns, rows)


def check_page(
    task: TaskView, contribution: ContributionView, authority: Authority, files: list[FileView], today: date
) -> CheckPage:
    """Every answer of the form, and first what is missing."""
    base, sections, lacking, with_files = f"/forms/{task.task_id}", [], [], ""
    page_of: dict[str, tuple[str, str]] = {}
    for number, page in enumerate(contribution.pages, 1):
        href = f"{base}/{number}"
        page_of |= {question.key: (href, question.label) for question in flat(page.questions)}
        with_files = f"{href}#files" if takes_files(page) else with_files
        lacking += [
            Problem(
                f"{page_of[path.partition('/')[0]][1].rstrip(' :?*.')}: {text}", f"{href}?check=1#{element_id(path)}"
            )
            for path, text in page_faults(page, contribution.answers, is_final=True).items()
        ]
        answers = [
            _answer(question, contribution.answers, f"{href}#{element_id(question.key)}")
            for question in showing(page.questions, contribution.answers)
            if question.type not in ("help", "files")
        ]
        sections.append(Section(number, page.title, answers))
    return CheckPage(
        task_id=task.task_id,
        form_title=task.form_title,
        banner=banner(task, authority, today),
        missing=lacking,
        conflicts=[
            Problem(
                f"{page_of[key][1].rstrip(' :?*.')}: choose one of two versions.",
                f"{page_of[key][0]}#{element_id(conflict.path)}",
            )
            for conflict in contribution.conflicts
            if (key := conflict.path.partition("/")[0]) in page_of
        ],
        sections=sections,
        attachments=attachments(task.task_id, files),
        attached=attached_words(files) if with_files or files else "",
        files_href=with_files,
        last=len(contribution.pages),
    )


def first_page_missing(contribution: ContributionView) -> int | None:
    """The number of the first page where something must still be answered or mended."""
    for number, page in enumerate(contribution.pages, 1):
        if page_faults(page, contribution.answers, is_final=True):
            return number
    return None
