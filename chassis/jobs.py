"""What a service does by itself: jobs, whose every round one replica does, and workers, which every replica has."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from chassis import loop
from chassis.context import entered, of_service
from chassis.leases import Leases
from chassis.telemetry import log

_RESTART_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Job:
    """A round of work that comes to an end: `run(service)`, so many seconds after the last, by whichever replica."""

    name: str
    every_seconds: float
    run: Callable[[Any], Coroutine[Any, Any, None]]


async def repeat(job: Job, leases: Leases, name: str, service: Any) -> None:
    """The rounds of a job that fall to this replica, for ever."""
    while True:
        try:
            with entered(of_service(name)):
                await leases.run(f"job {job.name}", lambda: job.run(service), rest_seconds=job.every_seconds)
        except Exception as error:  # noqa: BLE001 - the next round tries again
            log.error("job failed", job=job.name, exc_info=error)
        await asyncio.sleep(job.every_seconds)


@asynccontextmanager
async def worker(name: str, work: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Work that never ends by itself, beside what is inside: taken up again where it has failed."""

    async def work_for_ever() -> None:
        while True:
            try:
                await work()
            except Exception as error:  # noqa: BLE001 - a worker that is gone is noticed by nobody
                log.error("worker failed", worker=name, exc_info=error)
            await asyncio.sleep(_RESTART_SECONDS)

    async with loop.beside(work_for_ever()):
        yield
