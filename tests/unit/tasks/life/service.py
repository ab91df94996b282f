"""The service of tasks as its app composes it, on a database in the test's own process: no broker, no HTTP."""

from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, cast
from unittest.mock import patch

from pydantic import SecretStr

from chassis import clock
from chassis.app import ComposeStored, StoredServiceContext
from chassis.authorities import Authorities
from chassis.copies import CopySeal
from chassis.database import Database
from chassis.event_log import EventLog
from chassis.health import Health
from chassis.relay import Relay
from chassis.schedule import Entry, Schedule
from contracts.base import Message
from contracts.catalogue import CATALOGUE
from services.tasks import app
from services.tasks.model.task import Task
from services.tasks.model.work_group import WorkGroup
from services.tasks.settings import Settings
from services.tasks.usecases import TasksService
from services.tasks.usecases.reminders import REMIND
from tests.support.sealing import BODIES, key_ring
from tests.support.service import new_key
from tests.unit.chassis.test_repository import NobodyListens

AUTHORITIES = Authorities.load(Path("deploy/authorities"))
_CHANGING = ("tasks", "people", "work_groups", "schedule")


class TestClock:
    """Every look at it is a millisecond later than the one before, so that no two facts have the same time."""

    __test__ = False

    def __init__(self, start: datetime) -> None:
        self._start = self.at = start

    def now(self) -> datetime:
        self.at += timedelta(milliseconds=1)
        return self.at

    def set_back(self) -> None:
        self.at = self._start

    def go_on(self, by: timedelta) -> None:
        self.at += by


class Told(NamedTuple):
    """An event as it stands in an outbox."""

    event_id: str
    message: Message


class Seen(NamedTuple):
    """What there is: tasks and work groups by id, and what was ever told of each task and person, in that order."""

    tasks: dict[str, Task]
    groups: dict[str, WorkGroup]
    told: dict[str, list[Told]]


class Inner:
    """The service, and what it has kept and told."""

    def __init__(self, database: Database, service: TasksService) -> None:
        self._database = database
        self.service = service
        self._read: dict[str, Message] = {}

    @classmethod
    async def opened(cls, database: Database) -> "Inner":
        context = StoredServiceContext(
            authorities=AUTHORITIES,
            health=Health(),
            closing=AsyncExitStack(),
            database=database,
            relay=cast("Relay", NobodyListens()),
            schedule=Schedule(database.collection("schedule")),
            keys=key_ring(database),
            event_log=EventLog(database.collection("sent"), CopySeal(BODIES, key_ring(database))),
        )
        return cls(database, await _composition()(context))

    async def empty(self) -> None:
        """Nothing has happened yet; the forms on offer and the keys stay."""
        for name in _CHANGING:
            await self._database.collection(name).delete_many({})
        self._read.clear()

    async def seen(self) -> "Seen":
        """Everything that there is now."""
        stores = self.service.work._stores
        tasks, told = stores.tasks._tasks, dict[str, list[Told]]()
        documents = [one async for one in self._database.collection("tasks").find({})]
        people = [one async for one in self._database.collection("people").find({}, {"outbox": 1})]
        for document in (*documents, *people):
            told[document["_id"]] = [self._told(entry) for entry in document.pop("outbox")]
        groups = await stores.work_groups._groups.find(AUTHORITIES.codes, {}, limit=100)
        return Seen(
            tasks={task.task_id: task for task in await tasks.all_opened(documents)},
            groups={group.key: group for group in groups},
            told=told,
        )

    def _told(self, entry: dict[str, Any]) -> "Told":
        """Each is read once: there are more with every step."""
        event_id = entry["event_id"]
        if event_id not in self._read:
            self._read[event_id] = CATALOGUE[entry["type"]].model_validate_json(BODIES.opened(entry))
        return Told(event_id, self._read[event_id])

    async def due_reminders(self) -> list[Entry]:
        """What is due by now and not done yet; done from now on."""
        schedule = self._database.collection("schedule")
        due = {"kind": REMIND, "state": "planned", "due_at": {"$lte": clock.now()}}
        found = await schedule.find(due).sort("due_at").to_list(100)
        await schedule.update_many({"_id": {"$in": [one["_id"] for one in found]}}, {"$set": {"state": "done"}})
        return [Entry(REMIND, one["authority"], tuple(one["cause"]), one["due_at"], one["about"]) for one in found]


def _composition() -> ComposeStored[TasksService]:
    key = SecretStr(new_key())
    settings = Settings(
        mongo_url=SecretStr("mongodb://unused.example"),
        amqp_url=SecretStr("amqp://unused.example"),
        gateway_public_key=new_key(),
        signing_key=key,
        index_key=key,
        events_key=key,
        master_keys=key,
    )
    with patch.object(app, "stored_service_app", lambda **parts: parts["compose"]):
        return cast("ComposeStored[TasksService]", app.build_app(settings))
