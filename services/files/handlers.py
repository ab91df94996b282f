"""Messages in: one function per queue; `subscriptions = (...)` at the bottom."""

from chassis.messaging import Delivery, Subscription
from contracts.files import FolderErased
from contracts.forms import ContributionSubmitted
from contracts.tasks import AddendumDiscarded, TaskErased, TaskRetracted, TaskReturned
from services.files import usecases
from services.files.usecases import Files


async def freeze_attachments(event: ContributionSubmitted, _: Delivery, service: Files) -> None:
    """A submission freezes the files that were signed for it."""
    await usecases.freeze(service, event)


async def reopen_folder(event: TaskReturned, _: Delivery, service: Files) -> None:
    """A form that the council has sent back takes files again."""
    await usecases.reopen(service, event)


async def discard_addendum(event: AddendumDiscarded, _: Delivery, service: Files) -> None:
    """What came or went since the submission is as it was."""
    await usecases.discard(service, event)


async def close_folder(event: TaskRetracted, _: Delivery, service: Files) -> None:
    """A withdrawn task takes no more files."""
    await usecases.close(service, event.task_id, event.authority, event.access_version, event.retracted_at)


async def erase_folder(event: TaskErased, _: Delivery, service: Files) -> None:
    """A delegation's time here is over."""
    await service.erasing.erase(event, FolderErased(**event.model_dump()))


subscriptions = (
    Subscription("files.freeze-attachments", ContributionSubmitted, freeze_attachments),
    Subscription("files.reopen-folder", TaskReturned, reopen_folder),
    Subscription("files.discard-addendum", AddendumDiscarded, discard_addendum),
    Subscription("files.close-folder", TaskRetracted, close_folder),
    Subscription("files.erase-folder", TaskErased, erase_folder),
)
