"""What a council reads of what it was told, however slowly it was written down, on a real database."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from chassis import clock
from chassis.database import Database
from chassis.event_log import EventLog
from chassis.outbox import COUNCIL_OUTBOX, Outgoing
from tests.support.sealing import BODIES, event_log


@pytest.fixture
async def log(mongo_url: str, mongo_database: str) -> AsyncIterator[EventLog]:
    database = Database.open(mongo_url, mongo_database)
    log = event_log(database)
    await log.prepare()
    yield log
    await database.collection("outbox_sent").drop()
    database.close()


def entry(name: str, authority: str = "bristol") -> dict[str, Any]:
    return Outgoing(
        event_id=name, exchange=COUNCIL_OUTBOX, routing_key=f"{authority}.x", type="x", body="{}", at=clock.now()
    ).as_document(BODIES)


async def read(log: EventLog, after: str = "") -> tuple[list[str], str]:
    page = await log.page("bristol", after, 50)
    return [event.message_id for event in page.events], page.after or after


async def test_what_is_written_late_is_behind_what_was_read(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    # Stamped first, written after the second was read: what a slow write and a clock that is behind look like.
    early = clock.now()
    await log.append([entry("second"), entry("other's", "oxfordshire")])
    first, cursor = await read(log)
    monkeypatch.setattr(clock, "now", lambda: early)
    await log.append([entry("first")])
    then, _ = await read(log, cursor)
    assert (first, then) == (["second"], ["first"])


async def test_readers_at_the_same_time_agree_on_every_place(log: EventLog) -> None:
    names = [f"e-{number}" for number in range(60)]
    await asyncio.gather(*(log.append([entry(name)]) for name in names))
    await asyncio.gather(*(read(log) for _ in range(8)))
    seen: list[str] = []
    cursor = ""
    for _ in range(20):
        page, cursor = await read(log, cursor)
        seen += page
    assert sorted(seen) == sorted(names)
    again, _ = await read(log)
    assert again == seen[:50]
