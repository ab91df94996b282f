"""What notify does by the clock; `jobs = [...]` at the bottom."""

from datetime import timedelta

from chassis import clock
from chassis.jobs import Job
from services.notify.model.delivery import GIVE_UP_AFTER
from services.notify.usecases import NotifyService

_KEPT = GIVE_UP_AFTER + timedelta(days=2)


async def forget_keys(service: NotifyService) -> None:
    """Emails that nobody tries any more are unreadable, in backups too."""
    await service.store.forget_keys(service.authorities.codes, clock.now() - _KEPT)


jobs = [Job("forget keys", 3600, forget_keys)]
