"""What is attached to a form, in words and as a list (requirements F124, F125). Pure."""

from dataclasses import dataclass

from contracts.api.files import FileView
from contracts.api.forms import ContributionView, FormPage
from services.gateway.form.views.page import AttachmentLine, attachments, takes_files


@dataclass(frozen=True)
class AttachedList:
    """The list alone, as the page's script puts it in place of the one before."""

    attachments: list[AttachmentLine]

    @property
    def waiting(self) -> bool:
        """Some attachment is still being checked."""
        return any(attachment.state == "waiting" for attachment in self.attachments)

    @classmethod
    def of(cls, task_id: str, files: list[FileView]) -> "AttachedList":
        """The files of a task."""
        return cls(attachments(task_id, files))


def attached_words(pages: list[FormPage], files: list[FileView]) -> str:
    """Such as "2 documents attached: report.pdf, notes.docx"; what did not pass is named too.

    Nothing where the form takes no documents.
    """
    if not any(takes_files(page) for page in pages):
        return ""
    kept = [file for file in files if file.state != "refused"]
    waiting = " (being checked for viruses)"
    words = _counted([file.name + (waiting if file.state == "waiting" else "") for file in kept])
    refused = ", ".join(f"{file.name} ({file.refusal})" for file in files if file.state == "refused")
    return f"{words}. Not attached: {refused}" if refused else words


def sent_words(contribution: ContributionView) -> str:
    """The same of what was submitted, whatever is attached since."""
    if not any(takes_files(page) for page in contribution.pages):
        return ""
    return _counted(contribution.submitted_documents)


def _counted(names: list[str]) -> str:
    if not names:
        return "No documents attached"
    return f"{len(names)} document{'s' if len(names) > 1 else ''} attached: {', '.join(names)}"
