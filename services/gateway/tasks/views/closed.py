"""What the task list says of a form that was closed with an answer that has a problem. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.api.tasks import TaskRow


@dataclass(frozen=True)
class Closed:
    """A form that was closed with an answer that has a problem: what was typed is kept."""

    words: str
    href: str
    link: str


def closed(rows: Iterable[TaskRow], task_id: str, page: int) -> Closed:
    """What is said of it above the list; the form by its name where it stands in the list."""
    names = (f"{row.form_title} for {row.subject_name}" for row in rows if row.task_id == task_id)
    words = f"{next(names, 'The form')} is saved, but an answer on page {page} has a problem."
    return Closed(words, f"/forms/{task_id}/{page}", f"Go back to page {page}")
