"""What the end of a task does to its files, in whatever order and however often it is told."""

from datetime import datetime

from chassis.errors import AlreadyHandled
from services.files.model import Folder
from services.files.usecases.service import Files


async def freeze(service: Files, task_id: str, authority: str, file_ids: list[str], at: datetime) -> None:
    """The listed files stand; nothing can be added or removed any more."""
    await service.folders.change(authority, task_id, lambda folder: _news(folder, folder.submitted(file_ids, at)))


async def close(service: Files, task_id: str, authority: str, access_version: int, at: datetime) -> None:
    """The task is withdrawn: nothing can be added or removed any more, and older grants open nothing."""
    await service.folders.change(authority, task_id, lambda folder: _news(folder, folder.retracted(access_version, at)))


def _news(before: Folder, after: Folder) -> Folder:
    if after == before:
        raise AlreadyHandled(before.task_id)
    return after
