"""The schedule in a real service of two replicas, whose clock is moved as tests of the whole portal move it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from chassis import clock
from chassis.app import StoredServiceContext, stored_service_app
from chassis.schedule import Entry, Schedule, Scheduled
from chassis.settings import StoredServiceSettings
from tests.support.broker import Broker
from tests.support.eventually import eventually
from tests.support.indexes import watched_database
from tests.support.sealing import SETTINGS as SEALING
from tests.support.service import running


@dataclass(frozen=True)
class Reminders:
    """A service that is all schedule."""

    schedule: Schedule
    sent: list[str] = field(default_factory=list)
    goes_on: asyncio.Event = field(default_factory=asyncio.Event)


async def send(entry: Entry, service: Reminders) -> None:
    if entry.about["task_id"].startswith("slow"):
        await service.goes_on.wait()
    if entry.about["task_id"].startswith("bad"):
        raise ZeroDivisionError
    service.sent.append(entry.about["task_id"])


def reminder(task_id: str, due_in: timedelta) -> Entry:
    return Entry("remind", "bristol", (task_id,), clock.now() + due_in, {"task_id": task_id})


@pytest.fixture
async def settings(shared_broker: Broker, mongo_url: str, mongo_database: str) -> AsyncIterator[StoredServiceSettings]:
    async with watched_database(mongo_url, mongo_database):
        yield StoredServiceSettings(
            mongo_url=SecretStr(mongo_url),
            mongo_database=mongo_database,
            amqp_url=SecretStr(shared_broker.url_of("notify")),
            events_key=SecretStr(SEALING["events_key"]),
            master_keys=SecretStr(SEALING["master_keys"]),
        )


@asynccontextmanager
async def replica(settings: StoredServiceSettings) -> AsyncIterator[Reminders]:
    async def compose(context: StoredServiceContext) -> Reminders:
        return Reminders(context.schedule)

    app: Starlette = stored_service_app(
        name="notify", settings=settings, compose=compose, routes=[], scheduled=[Scheduled("remind", send)]
    )
    async with running(app):
        yield app.state.service


async def test_what_is_due_is_done_once_by_whichever_replica_when_the_clock_comes_to_it(
    settings: StoredServiceSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = tmp_path / "clock"
    monkeypatch.setenv("PORTAL_ENV", "test")
    monkeypatch.setenv("PORTAL_CLOCK_FILE", str(moved))
    now, in_three_days, later = timedelta(), timedelta(days=3), timedelta(days=30)
    async with replica(settings) as one, replica(settings) as other:
        await one.schedule.plan(reminder("now", now), reminder("soon", in_three_days), reminder("later", later))
        await other.schedule.plan(reminder("soon", in_three_days), reminder("void", in_three_days))
        await other.schedule.cancel(reminder("void", in_three_days))
        await eventually(lambda: one.sent + other.sent == ["now"])
        moved.write_text("P4D")
        await eventually(lambda: sorted(one.sent + other.sent) == ["now", "soon"])
    moved.write_text("P31D")
    async with replica(settings) as next_one:
        await eventually(lambda: next_one.sent == ["later"])


async def test_what_takes_long_or_fails_holds_up_nothing_else(settings: StoredServiceSettings) -> None:
    others = [f"other-{number}" for number in range(40)]
    async with replica(settings) as one, replica(settings) as another:
        names = ["slow-1", "bad-1", "slow-2", "bad-2", "slow-3", *others]
        await one.schedule.plan(*(reminder(name, timedelta(minutes=number - 60)) for number, name in enumerate(names)))
        await eventually(lambda: sorted(one.sent + another.sent) == sorted(others))
        one.goes_on.set()
        another.goes_on.set()
        await eventually(lambda: sorted(one.sent + another.sent) == sorted([*others, "slow-1", "slow-2", "slow-3"]))
