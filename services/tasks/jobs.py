"""What tasks does by the clock; `jobs = [...]` at the bottom."""

from chassis.jobs import Job
from services.tasks.usecases import TasksService


async def tidy(service: TasksService) -> None:
    """Removes the documents of requests that were refused."""
    await service.delegations.tidy()


jobs = [Job("tidy content", 600, tidy)]
