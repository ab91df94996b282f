"""How a person's page grows with what there is: tasks of others in all, and a history of their own.

What fills the database are copies of one task that the portal has made, each under an id of its own.
"""

import statistics
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from typing import Any
from uuid import uuid4

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection

from bench import pages
from bench.instance import Running

TASKS_IN_ALL = (10, 1_000, 100_000, 1_000_000)
OWN_HISTORY = (10, 100, 1_000, 10_000)
_OWN_TASKS = 10
_BATCH = 2_000
_TASKS_A_PERSON = 25
_YEARS = 10

Document = dict[str, Any]
Figures = dict[str, float]


async def measure_growth(running: Running) -> Figures:
    """The page of somebody with ten tasks, while others have more and more."""
    cookies, _ = await pages.somebody(running, _OWN_TASKS)
    tasks, task = await _one_task(running)
    figures: Figures = {}
    numbers, there = count(), await tasks.estimated_document_count()

    def others() -> Document:
        return {"listed_for": f"{next(numbers) // _TASKS_A_PERSON:032x}"}

    for size in TASKS_IN_ALL:
        await _copy(tasks, task, size - there, others)
        there = max(there, size)
        figures[f"growth_{size}_p50_ms"] = await _page(running, cookies, "assigned")
    return figures


async def measure_history(running: Running) -> Figures:
    """The pages of somebody who has submitted more and more: over ten years, and all of it lately."""
    cookies, _ = await pages.somebody(running, _OWN_TASKS)
    tasks, task = await _one_task(running)
    figures: Figures = {}
    for name, days in (("history", 365 * _YEARS), ("lately", 29)):
        there = 0
        for size in OWN_HISTORY:
            await _copy(tasks, task, size - there, _submitted(task, days))
            there = size
            for tab in ("assigned", "submitted"):
                figures[f"{name}_{size}_{tab}_p50_ms"] = await _page(running, cookies, tab)
        await tasks.delete_many({"state": "submitted"})
    return figures


def _submitted(task: Document, days: int) -> Callable[[], Document]:
    now = datetime.now(UTC)
    moments = (now - timedelta(days=days * (number % 997) / 997) for number in count())

    def changes() -> Document:
        return {"state": "submitted", "row": {**task["row"], "submitted_at": next(moments)}}

    return changes


async def _one_task(running: Running) -> tuple["AsyncIOMotorCollection[Document]", Document]:
    database = AsyncIOMotorClient[Document](running.status["mongo"], tz_aware=True)["portal_tasks"]
    task = await database["tasks"].find_one({"state": "assigned", "outbox": []}, sort=[("_id", -1)])
    if task is None:
        raise SystemExit("The portal has made no task.")
    return database["tasks"], task


async def _copy(
    tasks: "AsyncIOMotorCollection[Document]", task: Document, more: int, changes: Callable[[], Document]
) -> None:
    copies: Iterator[Document] = ({**task, **_known_as(), **changes()} for _ in range(more))
    while batch := list(islice(copies, _BATCH)):
        await tasks.insert_many(batch, ordered=False)


def _known_as() -> Document:
    known_as = uuid4().hex
    return {"_id": known_as, "delegation_id": known_as, "reference": known_as}


async def _page(running: Running, cookies: dict[str, str], tab: str) -> float:
    async with pages.browser(cookies) as session:
        return statistics.median(await pages.timed(pages.getting(session, f"{running.gateway}/tasks?tab={tab}")))
