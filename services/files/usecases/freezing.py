"""What the end of a task does to its files, in whatever order and however often it is told."""

from datetime import datetime

from chassis.errors import AlreadyHandled
from contracts.forms import ContributionSubmitted
from contracts.tasks import AddendumDiscarded, TaskReturned
from services.files.model.folder import Folder
from services.files.usecases.service import Files


async def freeze(service: Files, event: ContributionSubmitted) -> None:
    """The listed files stand; nothing can be added or removed any more, unless the council sends the form back."""

    def decide(folder: Folder) -> Folder:
        return _news(
            folder, folder.submitted(event.contribution_id, event.file_ids, event.submitted_at, event.replaces)
        )

    await service.folders.change(event.authority, event.task_id, decide)


async def reopen(service: Files, event: TaskReturned) -> None:
    """The council has sent the form back: files may come and go again."""

    def decide(folder: Folder) -> Folder:
        return _news(folder, folder.returned(event.contribution_id, event.access_version))

    await service.folders.change(event.authority, event.task_id, decide)


async def discard(service: Files, event: AddendumDiscarded) -> None:
    """What was submitted stands, with the files that went with it."""

    def decide(folder: Folder) -> Folder:
        return _news(folder, folder.discarded(event.addendum_id, event.access_version, event.discarded_at))

    folder = await service.folders.get(event.authority, event.task_id)
    await service.let_go(*(file for file in folder.files if file.added_by == event.addendum_id))
    await service.folders.change(event.authority, event.task_id, decide)


async def close(service: Files, task_id: str, authority: str, access_version: int, at: datetime) -> None:
    """The task is withdrawn: nothing can be added or removed any more, and older grants open nothing."""
    await service.folders.change(authority, task_id, lambda folder: _news(folder, folder.retracted(access_version, at)))


def _news(before: Folder, after: Folder) -> Folder:
    if after == before:
        raise AlreadyHandled(before.task_id)
    return after
