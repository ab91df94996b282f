"""What tasks does by the clock; `jobs = [...]` and `scheduled = [...]` at the bottom."""

from chassis.jobs import Job
from chassis.schedule import Entry, Scheduled
from services.tasks.usecases import TasksService
from services.tasks.usecases.reminders import REMIND
from services.tasks.usecases.retention import ERASE, WARN


async def tidy(service: TasksService) -> None:
    """Removes the documents of requests that were refused."""
    await service.delegations.tidy()


async def end(entry: Entry, service: TasksService) -> None:
    """A delegation's time here is over."""
    await service.retention.end(entry)


async def warn(entry: Entry, service: TasksService) -> None:
    """A council has not fetched what goes soon."""
    await service.retention.warn(entry)


async def remind(entry: Entry, service: TasksService) -> None:
    """A form is due soon, or late."""
    await service.reminders.remind(entry)


jobs = [Job("tidy content", 600, tidy)]
scheduled = [Scheduled(ERASE, end), Scheduled(WARN, warn), Scheduled(REMIND, remind)]
