"""Copies of what was told: they end with the delegation that they are about, in backups too."""

from typing import Any

import pytest
from prometheus_client import REGISTRY

from chassis import clock
from chassis.copies import CopySeal
from chassis.database import Database
from chassis.documents import Key
from chassis.event_log import EventLog
from chassis.keys import KeyRing
from chassis.outbox import COUNCIL_OUTBOX, Outgoing, task_id_of
from chassis.sealing import NotOpened
from chassis.telemetry import DATABASE_COMMANDS
from tests.support.sealing import BODIES, event_log, key_ring

SUBMITTED, ERASED = "portal.contribution.submitted.v1", "portal.delegation.erased.v1"
ANSWERS = '{"answers": "Gabriel is kind"}'
KEY = Key("bristol", task_id_of("bristol", "d-1"))


def entry(event_id: str, name: str = SUBMITTED, delegation_id: str = "d-1") -> dict[str, Any]:
    return Outgoing(
        event_id=event_id,
        exchange=COUNCIL_OUTBOX,
        routing_key=f"bristol.{name}",
        type=name,
        body=ANSWERS,
        at=clock.now(),
        authority="bristol",
        delegation_id=delegation_id,
    ).as_document(BODIES)


def commands() -> float:
    return sum(
        sample.value for metric in DATABASE_COMMANDS.collect() for sample in metric.samples if "total" in sample.name
    )


def erased() -> float:
    return REGISTRY.get_sample_value("portal_erased_copies_total") or 0


@pytest.fixture
def keys(inner: Database) -> KeyRing:
    return key_ring(inner)


@pytest.fixture
async def log(inner: Database, keys: KeyRing) -> EventLog:
    log = EventLog(inner.collection("outbox_sent"), CopySeal(BODIES, keys))
    await log.prepare()
    return log


async def read(log: EventLog, after: str = "", limit: int = 50) -> list[str]:
    return [event.message_id for event in (await log.page("bristol", after, limit)).events]


async def test_a_copy_opens_with_its_delegations_key_alone(log: EventLog, inner: Database, keys: KeyRing) -> None:
    await log.append([entry("answers"), entry("of nothing", "portal.account.registered.v1", "")])
    (event,) = [each for each in (await log.page("bristol", "", 50)).events if each.message_id == "answers"]
    assert event.body == {"answers": "Gabriel is kind"}
    copy = await inner.collection("outbox_sent").find_one({"_id": "answers"})
    assert copy
    assert b"kind" not in copy["body"]
    assert BODIES.opened(copy) != ANSWERS.encode(), "the key of events opens it"
    with pytest.raises(NotOpened):
        (await keys.of(KEY)).open(copy["body"], f"outbox_sent.another.{SUBMITTED}")


async def test_an_erased_delegations_copies_open_no_more_also_in_a_backup(
    log: EventLog, inner: Database, keys: KeyRing
) -> None:
    await log.append([entry("first"), entry("of another", delegation_id="d-2")])
    assert await read(log) == ["first", "of another"]
    backup = await inner.collection("outbox_sent").find({}).to_list(None)
    await keys.destroy(KEY, clock.now())
    before = erased()
    restored = CopySeal(BODIES, key_ring(inner))
    opened = [copy["_id"] for copy, _ in await restored.open([copy for copy in backup if "body" in copy])]
    assert (opened, erased() - before) == (["of another"], 1)
    assert await read(event_log(inner)) == ["of another"]


async def test_a_reader_goes_on_behind_a_page_of_which_all_is_erased(log: EventLog, keys: KeyRing) -> None:
    await log.append([entry("first")])
    await log.append([entry("second")])
    await log.append([entry("third", delegation_id="d-2")])
    await keys.destroy(KEY, clock.now())
    assert await read(log, limit=1) == ["third"]


async def test_of_what_is_erased_only_that_it_was_is_kept(log: EventLog, inner: Database, keys: KeyRing) -> None:
    await keys.destroy(KEY, clock.now())
    before = erased()
    await log.append([entry("late"), entry("end", ERASED), entry("of another", delegation_id="d-2")])
    assert erased() - before == 1
    assert await read(log) == ["end", "of another"]


async def test_copies_of_before_are_read_until_they_expire(log: EventLog, inner: Database) -> None:
    old = {"_id": "old", **entry("old"), "is_waiting": True, "sent_at": clock.now()}
    await inner.collection("outbox_sent").insert_one(old)
    assert await read(log) == ["old"]


async def test_a_copy_costs_no_command_but_its_own(log: EventLog, inner: Database) -> None:
    await log.append([entry("first")])
    before = commands()
    await log.append([entry("second")])
    assert commands() - before == 1
    # Another replica sends what this one has left: one query for the keys of all of them.
    elsewhere = event_log(inner)
    await log.append([entry(f"of-{number}", delegation_id=f"d-{number}") for number in range(5)])
    before = commands()
    await elsewhere.append([entry(f"more-{number}", delegation_id=f"d-{number}") for number in range(5)])
    assert commands() - before == 2
