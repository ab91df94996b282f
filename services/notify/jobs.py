"""What notify does by the clock; `jobs = [...]` and `scheduled = [...]` at the bottom."""

from chassis import clock
from chassis.jobs import Job
from chassis.schedule import Entry, Scheduled
from services.notify.model import READABLE_FOR
from services.notify.usecases import DIGEST, NotifyService, make_digest, note_later_failures


async def forget_keys(service: NotifyService) -> None:
    """Emails that nobody tries any more are unreadable, in backups too."""
    await service.stores.deliveries.forget_keys(service.authorities.codes, clock.now() - READABLE_FOR)


async def ask_for_later_failures(service: NotifyService) -> None:
    """What whoever delivers has taken and could not deliver is asked for, where it does not tell by itself."""
    await note_later_failures(service)


async def send_digest(entry: Entry, service: NotifyService) -> None:
    """It is the morning of somebody's digest."""
    await make_digest(service, entry)


jobs = [Job("forget keys", 3600, forget_keys), Job("ask for later failures", 600, ask_for_later_failures)]
scheduled = [Scheduled(DIGEST, send_digest)]
