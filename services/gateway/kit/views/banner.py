"""What stands above every page of a task: whom the form is about and who asks for it (requirements F96, F97). Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from contracts.api.tasks import SharedDocumentView, TaskView
from contracts.authority import Authority
from services.gateway.kit.views.due import due_explained
from services.gateway.kit.views.wording import day, due_day, size_words


@dataclass(frozen=True)
class SharedLink:
    """A document from the council; where `href` is empty only its name is shown."""

    name: str
    size: str
    href: str
    is_elsewhere: bool


@dataclass(frozen=True)
class TaskBanner:
    """Whom the form is about, who asks for it, and what they sent along; `summary` is its one line on a phone."""

    summary: str
    subject: list[tuple[str, str]]
    sender: list[tuple[str, str]]
    documents: list[SharedLink]
    why: list[str]
    """How the due date came about, in sentences."""


def task_banner(task: TaskView, authority: Authority, today: date) -> TaskBanner:
    """The banner's lines; the authority decides which of the child's are shown (requirements F96, F97)."""
    born = task.subject.date_of_birth
    lines = {
        "name": ("Name", task.subject.name),
        "date_of_birth": ("DOB", day(born) if born else ""),
        "form": ("Form Type", task.form_title),
        "address": ("Address", task.subject.address),
        "comments": ("Comments", task.comments),
    }
    sender = task.sender
    is_due = task.state in {"assigned", "in_group", "returned"}
    target = due_day(task.target_on or task.due_on, today) if is_due else ""
    return TaskBanner(
        f"{task.subject.name}, due {target}" if target else task.subject.name,
        [lines[name] for name in authority.banner if lines[name][1]],
        [
            line
            for line in (
                *_dates(task, today if is_due else None),
                ("Sent By", sender.name),
                ("Department", sender.department),
                ("Telephone", sender.telephone),
                ("Email", sender.email or ""),
                ("Address", sender.address),
            )
            if line[1]
        ],
        [_shared_link(task.task_id, document) for document in task.documents],
        due_explained(task.due, authority) if is_due else [],
    )


def _dates(task: TaskView, today: date | None) -> Iterator[tuple[str, str]]:
    """By when it is asked for, and required; until it is over, how far away the date is that its holder works to."""
    internal, target = task.due.internal_due_on if task.due else None, task.target_on or task.due_on

    def shown(one: date) -> str:
        return due_day(one, today) if today and one == target else day(one)

    if internal:
        yield "Asked For By", shown(internal)
    if task.due_on or not internal:
        yield "Required By", shown(task.due_on) if task.due_on else "No date given"


def _shared_link(task_id: str, document: SharedDocumentView) -> SharedLink:
    """Kept here it is downloaded from here; the council's own address is followed only where it is https."""
    if document.url is None:
        href = f"/forms/{task_id}/shared/{quote(document.document_id, safe='')}"
        return SharedLink(document.name, size_words(document.size or 0), href, is_elsewhere=False)
    href = document.url if document.url.lower().startswith("https://") else ""
    return SharedLink(document.name, "", href, is_elsewhere=True)
