"""The end of what was noted of a delegation's emails."""

from contracts.notify import EmailsErased
from contracts.tasks import TaskErased
from services.notify.usecases.service import NotifyService


async def erase(service: NotifyService, event: TaskErased) -> None:
    """However often it is told."""
    await service.eraser.erase(event)
    await service.erasures.tell(EmailsErased(**event.model_dump()))
