"""What a council does with the files of a submission: fetch them, and confirm that it has them."""

from chassis import clock
from services.files.model.folder import Attachment, Folder
from services.files.usecases.attachments import unknown_file
from services.files.usecases.service import Files


async def document(service: Files, authority: str, document_id: str) -> Attachment:
    """A file of a submission to this authority, until it has confirmed receipt."""
    _, file = await _find(service, authority, document_id)
    if file.received_at is not None:
        raise unknown_file()
    return file


async def confirm_receipt(service: Files, authority: str, document_id: str) -> None:
    """The council has the file; from now on it is no longer handed out to it. A second time changes nothing."""
    folder, _ = await _find(service, authority, document_id)
    at = clock.now()

    def decide(before: Folder) -> Folder:
        file = before.find(document_id)
        if file is None or file.received_at is not None:
            return before
        return before.with_changed(file.model_copy(update={"received_at": at}))

    await service.folders.change(authority, folder.task_id, decide)


async def _find(service: Files, authority: str, document_id: str) -> tuple[Folder, Attachment]:
    folder = await service.folders.of_file(authority, document_id)
    file = folder.find(document_id) if folder else None
    if folder is None or file is None or not file.is_frozen:
        raise unknown_file()
    return folder, file
