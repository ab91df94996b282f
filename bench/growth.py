"""How a person's page grows with what there is: tasks of others in all, a history of their own, what waits in a group.

What fills the database are copies of one task that the portal has made, each under an id of its own. Those that a page
shows are sealed with keys of their own, as the portal's are; the others have none.
"""

import asyncio
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from typing import Any
from uuid import uuid4

from lxml import html
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection

from bench import pages
from bench.instance import Running
from chassis.documents import Key
from chassis.keys import opened_outside
from chassis.sealing import Sealing, sealed_fields
from commands.keys import service_settings
from commands.parts.instance import Instance
from services.tasks.model.listing import PAGE_SIZE, ListedRow
from tests.support.council import Council

TASKS_IN_ALL = (10, 1_000, 100_000, 1_000_000)
OWN_HISTORY = (25, 100, 1_000, 10_000)
WAITING = (25, 1_000, 100_000)
_SEALED = sealed_fields(ListedRow)
_OWN_TASKS = 10
_LATER = "2099-01-01"
"""When copies are due: they have no keys, so that what a page shows must be before them."""
_PICKED_UP = 30
_WARM = 5
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
        there = PAGE_SIZE
        await tasks.insert_many(await _shown(running, tasks.name, task, there))
        for size in OWN_HISTORY:
            await _copy(tasks, task, size - there, _submitted(task, days))
            there = size
            for tab in ("assigned", "submitted"):
                figures[f"{name}_{size}_{tab}_p50_ms"] = await _page(running, cookies, tab)
        await tasks.delete_many({"state": "submitted"})
    return figures


async def measure_groups(running: Running) -> Figures:
    """The page of a member of a work group in which more and more waits, and picking up from it."""
    email, group = f"p.{uuid4().hex[:8]}@school.example", f"wg-{uuid4().hex[:8]}"
    figures: Figures = {}
    async with Council.of(running.status) as council:
        await council.define_group(group, [email])
        await _waiting(council, group, PAGE_SIZE)
        cookies, _ = await asyncio.to_thread(pages.sign_in, running, email)
        tasks, task = await _one_task(running, "in_group")
        there = PAGE_SIZE
        for size in WAITING:
            await _copy(tasks, task, size - there, lambda: {"row": {**task["row"], "due_on": _LATER}})
            there = size
            figures[f"group_page_{size}_p50_ms"] = await _page(running, cookies, "assigned")
            ids = await _waiting(council, group, _PICKED_UP)
            figures[f"pickup_{size}_p50_ms"] = statistics.median(await _picked_up(running, cookies, ids))
    return figures


async def _waiting(council: Council, group: str, number: int) -> list[str]:
    """The ids of so many tasks that wait in the group."""
    names = [f"bench-{uuid4().hex[:12]}" for _ in range(number)]
    for name in names:
        await council.delegate(name, assignee={"kind": "work_group", "work_group_id": group})
    accepted = [await council.expect("portal.delegation.accepted.v1", delegation_id=name) for name in names]
    return [str(one.body["task_id"]) for one in accepted]


async def _picked_up(running: Running, cookies: dict[str, str], ids: list[str]) -> list[float]:
    """Milliseconds of each, after some to warm up."""
    async with pages.browser(cookies) as session:
        async with session.get(f"{running.gateway}/help") as answer:
            token = html.document_fromstring(await answer.text()).xpath("//input[@name='csrf']/@value")[0]
        times = []
        for task_id in ids:
            started = time.perf_counter()
            async with session.post(
                f"{running.gateway}/tasks/{task_id}/pickup",
                data={"csrf": token},
                headers={"Origin": running.gateway},
                allow_redirects=False,
            ) as answer:
                answer.raise_for_status()
            times.append((time.perf_counter() - started) * 1000)
    return times[_WARM:]


async def _shown(running: Running, collection: str, task: Document, number: int) -> list[Document]:
    """Copies that were submitted last: so many as stand on a page, to be opened as the portal opens them."""
    settings = service_settings(Instance(running.data), "tasks")
    async with AsyncExitStack() as closing:
        (_, ring), now = await opened_outside("tasks", settings, closing), datetime.now(UTC)
        opened = _SEALED.open(task["row"], Sealing(await ring.of(_key(task)), collection), "row")
        copies = []
        for seconds in range(number):
            copy = {**task, **_known_as(), "state": "submitted"}
            sealing = Sealing(await ring.of(_key(copy), is_new=True), collection)
            row = {**opened, "submitted_at": now - timedelta(seconds=seconds)}
            copies.append({**copy, "row": _SEALED.seal(row, sealing, "row")})
        return copies


def _key(task: Document) -> Key:
    return Key(task["authority"], task["_id"])


def _submitted(task: Document, days: int) -> Callable[[], Document]:
    now = datetime.now(UTC)
    moments = (now - timedelta(days=days * (1 + number % 997) / 998) for number in count())

    def changes() -> Document:
        return {"state": "submitted", "row": {**task["row"], "submitted_at": next(moments)}}

    return changes


async def _one_task(running: Running, state: str = "assigned") -> tuple["AsyncIOMotorCollection[Document]", Document]:
    database = AsyncIOMotorClient[Document](running.status["mongo"], tz_aware=True)["portal_tasks"]
    task = await database["tasks"].find_one({"state": state, "outbox": []}, sort=[("_id", -1)])
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
