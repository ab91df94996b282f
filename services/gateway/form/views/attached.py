"""What is attached to a form, in words and as a list (requirements F124, F125). Pure."""

from dataclasses import dataclass

from contracts.api.files import FileView
from contracts.api.forms import FormPage
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
    names = ", ".join(file.name + (" (being checked for viruses)" if file.state == "waiting" else "") for file in kept)
    counted = f"{len(kept)} document{'s' if len(kept) > 1 else ''} attached: {names}"
    words = counted if kept else "No documents attached"
    refused = ", ".join(f"{file.name} ({file.refusal})" for file in files if file.state == "refused")
    return f"{words}. Not attached: {refused}" if refused else words
