"""A whole portal of its own for faults: what each part keeps, what lies among the dead, and ways to hurt it."""

import asyncio
import json
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import aio_pika
from motor.motor_asyncio import AsyncIOMotorClient
from pydantic import SecretStr

from chassis.database import Database
from chassis.documents import Key
from chassis.keys import Finder, KeyRing
from chassis.outbox import task_id_of
from chassis.retry import DELAYS, dead_queue, retry_queue
from chassis.sealing import Sealing
from chassis.wrapping import EnvironmentWrapping
from commands.parts import broker
from commands.parts.instance import Instance
from commands.parts.part import is_ready
from commands.parts.secrets import keys_of
from commands.topology import subscriptions
from services.notify.model import delivery_id
from services.tasks.model.task import Task
from services.tasks.store import FoundBy
from services.tasks.store.tasks import task_mapper
from tests.faults.cms import Cms, address_of
from tests.support.eventually import eventually
from tests.support.portal import Portal

REPLICAS = 2
"""Of each service behind the gateway."""
SETTLE_SECONDS = 180
_OLD_ENOUGH_SECONDS = 5
"""A quorum queue that was declared less than a second before a kill may stay without a leader for good."""

SUBSCRIPTIONS = [subscription for own in subscriptions().values() for subscription in own]
QUEUES = [queue for each in SUBSCRIPTIONS for queue in each.queues(("bristol", "oxfordshire"))]


@dataclass(frozen=True)
class Effects:
    """What became of some delegations, part by part."""

    tasks: int
    contributions: int
    emails: int


class House:
    """The portal, two replicas of each service behind the gateway, its databases and its broker."""

    def __init__(self, home: Path) -> None:
        self._points = home / "failpoints"
        # Engines of its own, whatever the rest of the run uses: a broker that is not ours must not be killed.
        outside = dict.fromkeys(("PORTAL_AMQP_URL", "PORTAL_MONGO_URL", "PORTAL_SMTP_URL", "PORTAL_CLAMD_URL"), "")
        self.portal = Portal.at(home / "data", replicas=REPLICAS, PORTAL_FAILPOINTS=str(self._points), **outside)

    def up(self) -> None:
        """Starts it, and lets its queues grow old enough."""
        self.portal.up()
        self._declared_at = time.monotonic()
        self.status = self.portal.addresses
        self.motor: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(self.status["mongo"], tz_aware=True)

    def down(self) -> None:
        """Ends it."""
        self.motor.close()
        self.portal.down()

    async def old_enough(self) -> None:
        """Waits until the broker may be killed."""
        await asyncio.sleep(max(0.0, self._declared_at + _OLD_ENOUGH_SECONDS - time.monotonic()))

    @property
    def amqp(self) -> str:
        """The broker, as its operator."""
        return str(self.status["amqp"]["url"])

    def amqp_of(self, user: str) -> str:
        """The broker, as one service or council."""
        passwords = Instance(self.portal.data).kept("secrets.json")["passwords"]
        return self.amqp.replace(f"portal-operator:{passwords['portal-operator']}@", f"{user}:{passwords[user]}@")

    async def kill(self, part: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Signals a part as soon as it runs; returns when its process is gone."""
        row = await eventually(lambda: self._running(part), within=60)
        pid = self.portal.kill(part, number)
        await eventually(lambda: not self.portal.lives({part: {**row, "pid": pid}}), within=60)

    def peak_mb(self, part: str) -> int:
        """The most memory that a part's process ever held."""
        status = Path(f"/proc/{self.portal.parts()[part]['pid']}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) // 1024

    def _running(self, part: str) -> dict[str, Any] | None:
        row = self.portal.parts()[part]
        return row if self.portal.lives({part: row}) else None

    async def ready(self, *parts: str) -> None:
        """Waits until these parts (all, where none is named) take work."""
        for name, row in self.portal.parts().items():
            if not parts or name in parts:
                await eventually(partial(is_ready, row["probe"]), within=90)

    def arm(self, points: dict[str, tuple[float, int]]) -> None:
        """Sets failpoints: {"tasks.before-publish": (chance, kills)}."""
        fresh = self._points.with_suffix(".new")
        fresh.write_text(
            json.dumps({name: {"chance": chance, "kills": kills} for name, (chance, kills) in points.items()})
        )
        fresh.replace(self._points)

    def kills_left(self) -> int:
        """How often failpoints have yet to kill."""
        return int(sum(point["kills"] for point in json.loads(self._points.read_text()).values()))

    async def tasks(self, query: dict[str, Any]) -> list[Task]:
        """Tasks as they are stored, opened with their service's keys."""
        secrets = keys_of(Instance(self.portal.data))
        database = Database.open(self.status["mongo"], "portal_tasks")
        ring = KeyRing(database, EnvironmentWrapping(SecretStr(secrets["TASKS_MASTER_KEYS"]), database))
        mapper = task_mapper(FoundBy(Finder(SecretStr(secrets["TASKS_INDEX_KEY"]))))
        try:
            return [
                mapper.aggregate(one, Sealing(await ring.of(Key(one["authority"], one["_id"])), "tasks"))
                async for one in database.collection("tasks").find(query)
            ]
        finally:
            database.close()

    async def effects(self, delegations: Collection[str], inbox: str | None = None) -> Effects:
        """What became of these delegations. By ids only: a search would be work for the database under test."""
        tasks = {task_id_of("bristol", one): one for one in delegations}
        told = [delivery_id("task opened", task, inbox or address_of(one)) for task, one in tasks.items()]
        return Effects(
            tasks=await self._count("tasks", "tasks", tasks, {"request": {"$ne": None}}),
            contributions=await self._count("forms", "contributions", tasks, {"opened": {"$ne": None}}),
            emails=await self._count("notify", "deliveries", told, {"state": "sent"}),
        )

    async def _count(self, service: str, collection: str, ids: Iterable[str], query: dict[str, Any]) -> int:
        found = self.motor[f"portal_{service}"][collection]
        return int(await found.count_documents({"_id": {"$in": list(ids)}, **query}))

    async def settle(
        self, cms: Cms, ids: Collection[str], *, inbox: str | None = None, within: float = SETTLE_SECONDS
    ) -> dict[str, int]:
        """Waits until each of these is accepted, opened, prepared and told, once; gives what a search then counts."""
        await cms.expect_accepted(ids, within=within)
        whole = Effects(len(ids), len(ids), len(ids))
        until = time.monotonic() + within
        while (found := await self.effects(ids, inbox)) != whole:
            assert time.monotonic() < until, f"{found}, not {whole}"
            await asyncio.sleep(0.5)
        # Once at the end the search after all: nothing of theirs stands under another id.
        searched = await self.searched(ids)
        assert searched == {"lost": 0, "effects_twice": 0}
        return searched

    async def searched(self, ids: Collection[str]) -> dict[str, int]:
        """How many of these have no task or no email, and how many tasks and emails are there a second time."""
        lost, twice = set[str](), 0
        for service, collection in (("tasks", "tasks"), ("notify", "deliveries")):
            rows = self.motor[f"portal_{service}"][collection].find({"delegation_id": {"$in": list(ids)}})
            found = Counter([row["delegation_id"] async for row in rows])
            lost |= set(ids) - found.keys()
            twice += found.total() - len(found)
        return {"lost": len(lost), "effects_twice": twice}

    async def dead(self) -> dict[str, dict[str, Any]]:
        """Every dead letter by its message id, as operators see it."""
        done = await asyncio.to_thread(self.portal.command, "dead", "list", "--json", "--limit", "100000")
        return {row["message_id"]: row for row in json.loads(done.stdout)}

    async def count_dead(self) -> int:
        """How many dead letters there are."""
        return sum((await self._counts(dead_queue(each.queue) for each in SUBSCRIPTIONS)).values())

    async def consumers(self) -> dict[str, int]:
        """How many consume each queue."""
        async with await aio_pika.connect(self.amqp) as connection:
            channel = await connection.channel()
            return {
                name: (await channel.declare_queue(name, passive=True)).declaration_result.consumer_count or 0
                for name in QUEUES
            }

    async def nothing_waits(self) -> bool:
        """Whether no delivery waits for a service, nor for its next attempt; asked twice a second at most."""
        await asyncio.sleep(0.5)
        names = [*QUEUES, *map(retry_queue, DELAYS)]
        return not any((await self._counts(names)).values())

    def rabbitmqctl(self, *words: str) -> None:
        """Has the broker do something to itself."""
        home = self.portal.data / "broker"
        ports = Instance(self.portal.data).kept("ports.json")
        environment = {
            **os.environ,
            "HOME": str(home),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_NODENAME": "portal@localhost",
            "ERL_EPMD_PORT": str(ports["epmd"]),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }
        beside = home / "rabbitmq/sbin/rabbitmqctl"
        command = [str(beside if beside.exists() else broker._server().with_name("rabbitmqctl")), *words]
        subprocess.run(command, env=environment, check=True, capture_output=True, timeout=180)

    async def _counts(self, names: Iterable[str]) -> dict[str, int]:
        async with await aio_pika.connect(self.amqp) as connection:
            channel = await connection.channel()
            return {
                name: (await channel.declare_queue(name, passive=True)).declaration_result.message_count or 0
                for name in names
            }
