"""What sealing costs: a portal that seals and one that does not, side by side, measured in turn."""

import statistics
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

from motor.motor_asyncio import AsyncIOMotorClient

from bench import delegations, pages
from bench.instance import Running

_NAME = "Gabriel"
"""Of the child of every delegation here."""
_KEPT = (("tasks", "tasks"), ("forms", "contributions"))
_LOOKED_AT = 20
_ROUNDS = 5
_TASKS = 25

Figures = dict[str, float]


async def measure(portals: Mapping[str, Running], count: int) -> Figures:
    """By how many per cent pages, saves and delegations of `sealed` are slower than of `unsealed`."""
    times: dict[tuple[str, str], list[float]] = {}
    async with AsyncExitStack() as stack:
        work = {name: await _work(running, stack) for name, running in portals.items()}
        for _ in range(_ROUNDS):
            for operation in ("tasks_page", "save"):
                for name in portals:
                    times.setdefault((name, operation), []).extend(await pages.timed(work[name][operation]))
    for _ in range(_ROUNDS):
        for name, running in portals.items():
            rate = await delegations.portal(running, count, f"p.{uuid4().hex[:8]}@school.example")
            times.setdefault((name, "delegation"), []).append(1000 / rate)
    for name, running in portals.items():
        await _check_kept(running, is_sealed=name == "sealed")
    medians = {key: statistics.median(taken) for key, taken in times.items()}
    return {
        f"sealed_cost_{operation}_pct": 100 * (medians["sealed", operation] / medians["unsealed", operation] - 1)
        for operation in ("tasks_page", "save", "delegation")
    }


async def _check_kept(running: Running, *, is_sealed: bool) -> None:
    """Ends the measurement where a portal keeps what children are called as the other one should."""
    database = AsyncIOMotorClient[dict[str, Any]](running.status["mongo"])
    try:
        for service, collection in _KEPT:
            kept = await database[f"portal_{service}"][collection].find().to_list(_LOOKED_AT)
            wrong = sum((_NAME in str(document)) is is_sealed for document in kept)
            if wrong or not kept:
                how = "in clear" if is_sealed else "sealed"
                raise SystemExit(f"bench sealed: {wrong} of {len(kept)} {collection} are {how}.")
    finally:
        database.close()


async def _work(running: Running, stack: AsyncExitStack) -> dict[str, pages.Operation]:
    cookies, forms = await pages.somebody(running, _TASKS)
    session = await stack.enter_async_context(pages.browser(cookies))
    return {
        "tasks_page": pages.getting(session, f"{running.gateway}/tasks"),
        "save": await pages.saver(running, session, forms[0]),
    }
