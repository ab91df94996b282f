"""The places of what a council was told: in the order of reading, each given once."""

from datetime import timedelta
from typing import Any

import pytest

from chassis import clock
from chassis.database import Database
from chassis.event_log import EventLog
from chassis.outbox import COUNCIL_OUTBOX, EVENTS_EXCHANGE, Collection, Outgoing
from tests.support.sealing import BODIES, event_log


@pytest.fixture
async def log(inner: Database) -> EventLog:
    log = event_log(inner)
    await log.prepare()
    return log


@pytest.fixture
def sent(inner: Database) -> Collection:
    return inner.collection("outbox_sent")


def entry(
    name: str, authority: str = "bristol", exchange: str = COUNCIL_OUTBOX, *, is_secret: bool = False
) -> dict[str, Any]:
    key, at = f"{authority}.x", clock.now()
    told = Outgoing(
        event_id=name, exchange=exchange, routing_key=key, type="x", body='{"a": 1}', at=at, is_secret=is_secret
    )
    return told.as_document(BODIES)


async def read(log: EventLog, after: str = "", limit: int = 50, authority: str = "bristol") -> tuple[list[str], str]:
    page = await log.page(authority, after, limit)
    return [event.message_id for event in page.events], page.after or after


async def test_a_reader_who_goes_on_reads_each_once_and_in_order(log: EventLog) -> None:
    seen, cursor = list[str](), ""
    for number in range(7):
        await log.append([entry(f"e-{number}"), entry(f"other-{number}", "oxfordshire")])
    await log.append([entry("e-0"), entry("e-7")])
    for _ in range(4):
        names, cursor = await read(log, cursor, limit=2)
        seen += names
    assert seen == [f"e-{number}" for number in range(8)]
    assert await read(log, cursor) == ([], cursor)
    assert await read(log) == (seen, cursor)
    assert (await read(log, authority="oxfordshire"))[0] == [f"other-{number}" for number in range(7)]


async def test_a_place_is_never_given_again_though_its_copy_is_gone(log: EventLog, sent: Collection) -> None:
    await log.append([entry("old"), entry("older")])
    _, cursor = await read(log)
    await sent.delete_many({"authority": "bristol"})
    await log.append([entry("new")])
    assert (await read(log, cursor))[0] == ["new"]


async def test_a_place_counts_though_whoever_gave_it_died_before_noting_it(log: EventLog, sent: Collection) -> None:
    await log.append([entry("first")])
    _, cursor = await read(log)
    await sent.delete_one({"_id": "last place of bristol"})
    await log.append([entry("second")])
    assert (await read(log, cursor))[0] == ["second"]


async def test_secrets_and_what_services_tell_each_other_are_read_by_no_council(
    log: EventLog, sent: Collection
) -> None:
    await log.append([entry("secret", is_secret=True), entry("inner", exchange=EVENTS_EXCHANGE)])
    await log.append([entry("secret", is_secret=True)])
    assert await read(log) == ([], "")
    assert {each["_id"] async for each in sent.find({})} == {"inner"}


@pytest.mark.parametrize("after", ["", "x", "-1", "1e3", "٣"])
async def test_a_cursor_that_is_none_reads_from_the_start(log: EventLog, after: str) -> None:
    await log.append([{**entry("first"), "at": clock.now() - timedelta(days=1)}])
    assert (await read(log, after))[0] == ["first"]


async def test_a_place_that_was_read_is_noted_though_whoever_gave_it_stopped_halfway(
    log: EventLog, sent: Collection
) -> None:
    await log.append([entry("read"), entry("waits")])
    await sent.update_one({"_id": "read"}, {"$set": {"place": 1}, "$unset": {"is_waiting": ""}})
    _, cursor = await read(log, limit=1)
    await sent.delete_one({"_id": "read"})
    assert (await read(log, cursor))[0] == ["waits"]
