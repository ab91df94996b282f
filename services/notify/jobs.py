"""What notify does by the clock; `jobs = [...]` and `scheduled = [...]` at the bottom."""

from datetime import timedelta

from chassis import clock
from chassis.jobs import Job
from chassis.schedule import Entry, Scheduled
from services.notify.model.delivery import GIVE_UP_AFTER
from services.notify.usecases import DIGEST, NotifyService, make_digest

_KEPT = GIVE_UP_AFTER + timedelta(days=2)


async def forget_keys(service: NotifyService) -> None:
    """Emails that nobody tries any more are unreadable, in backups too."""
    await service.stores.deliveries.forget_keys(service.authorities.codes, clock.now() - _KEPT)


async def send_digest(entry: Entry, service: NotifyService) -> None:
    """It is the morning of somebody's digest."""
    await make_digest(service, entry)


jobs = [Job("forget keys", 3600, forget_keys)]
scheduled = [Scheduled(DIGEST, send_digest)]
