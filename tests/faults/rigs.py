"""Drives a rig from a test: gives orders, reads what was started, done and given up."""

import asyncio
import json
import os
import signal
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue
from httpx2 import AsyncClient, HTTPError
from motor.motor_asyncio import AsyncIOMotorClient

from chassis.outbox import EVENTS_EXCHANGE
from chassis.retry import DEAD_EXCHANGE, dead_queue
from chassis.topology import definitions
from commands.parts.instance import ROOT
from commands.parts.ports import pick
from tests.faults.rig import Bench, Ordered, subscriptions
from tests.support.eventually import eventually
from tests.support.sealing import SETTINGS as SEALING

SETTLE_SECONDS = 90


class Rig:
    """One running rig with a queue, a database and a process of its own."""

    def __init__(self, amqp_url: str, mongo_url: str, home: Path, **options: Any) -> None:
        self.name = f"rig-{uuid4().hex[:8]}"
        self.queue = f"{self.name}.work"
        self.others = f"{self.name}.others"
        self.home = home
        self.amqp_url = amqp_url
        self.port = pick(["rig"], {})["rig"]
        self.options: dict[str, Any] = {
            "amqp_url": amqp_url,
            "mongo_url": mongo_url,
            **SEALING,
            "port": self.port,
            "delays": (1, 1, 1),
            "prefetch": 32,
            "timeout_seconds": 20,
            **options,
        }
        self.heard: list[str] = []
        self.ordered: set[str] = set()
        self._ear: AbstractQueue | None = None
        self._process: asyncio.subprocess.Process
        self._channel: AbstractChannel
        self._motor: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(mongo_url)
        self.database = self._motor[self.name]
        self._http = AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=30)

    @classmethod
    @asynccontextmanager
    async def running(cls, amqp_url: str, mongo_url: str, home: Path, **options: Any) -> AsyncIterator[Self]:
        """A rig whose queue is there and which consumes it."""
        rig = cls(amqp_url, mongo_url, home, **options)
        await rig._declare()
        rig._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.faults.rig", rig.name, str(home)),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
        )
        assert rig._process.stdin
        rig._process.stdin.write(json.dumps(rig.options).encode())
        rig._process.stdin.close()
        try:
            async with await aio_pika.connect(amqp_url) as connection:
                rig._channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
                await rig.ready()
                yield rig
                await rig.end()
                await rig._leave_nothing()
        finally:
            if rig._process.returncode is None:
                rig._process.kill()
                os.kill(rig.pid, signal.SIGKILL)
            rig._motor.close()
            await rig._http.aclose()

    async def _declare(self) -> None:
        """Its own part of the topology, its policies as arguments; the shared part is there."""
        whole = definitions({self.name: subscriptions(self.name, self.options, Bench.handle)}, [])
        policies = {policy["name"]: policy["definition"] for policy in whole["policies"]}
        async with await aio_pika.connect(self.amqp_url) as connection:
            channel = await connection.channel()
            for name in self._queues:
                arguments = {f"x-{key}": value for key, value in policies[name].items()}
                await channel.declare_queue(name, durable=True, arguments={"x-queue-type": "quorum", **arguments})
            for name in (self.queue, self.others):
                dead = await channel.get_queue(dead_queue(name), ensure=False)
                await dead.bind(DEAD_EXCHANGE, name)

    @property
    def _queues(self) -> tuple[str, ...]:
        return (self.queue, self.others, dead_queue(self.queue), dead_queue(self.others))

    async def _leave_nothing(self) -> None:
        for queue in self._queues:
            await self._channel.queue_delete(queue)
        await self._motor.drop_database(self.name)

    async def order(self, order_id: str, do: str = "work", times: int = 0, queue: str = "") -> str:
        """Publishes an order, confirmed; gives its id back. It goes to this queue, or to the first one."""
        body = Ordered(order_id=order_id, do=do, times=times).model_dump_json().encode()
        user = unquote(urlsplit(self.amqp_url).username or "guest")
        message = aio_pika.Message(body, message_id=order_id, type=Ordered.wire_name, delivery_mode=2, user_id=user)
        await self._channel.default_exchange.publish(message, queue or self.queue, mandatory=True, timeout=10)
        self.ordered.add(order_id)
        return order_id

    async def orders(self, ids: Iterable[str], do: str = "work", times: int = 0) -> list[str]:
        """Many at once."""
        return list(await asyncio.gather(*(self.order(order_id, do, times) for order_id in ids)))

    @property
    def pid(self) -> int:
        """The process that works now."""
        return int((self.home / "pid").read_text())

    @property
    def exits(self) -> list[int]:
        """How its earlier processes ended."""
        path = self.home / "exits"
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    async def ready(self) -> None:
        """Waits until it consumes."""
        await eventually(self._is_ready, within=60)

    async def _is_ready(self) -> bool:
        try:
            return (await self._http.get("/readyz")).status_code == 200
        except HTTPError:
            return False

    async def done(self) -> set[str]:
        """The orders that had their effect."""
        return {row["_id"] async for row in self.database["effects"].find({}, {"_id": 1})}

    async def lost(self) -> int:
        """How many orders had no effect and are not among the dead letters."""
        return len(self.ordered - await self.done() - (await self.dead()).keys())

    async def expect_done(self, ids: Iterable[str], *, within: float = SETTLE_SECONDS) -> None:
        """Waits until these have had their effect."""
        wanted = set(ids)

        async def all_done() -> bool:
            missing = wanted - await self.done()
            assert not missing, f"{len(missing)} not done, e.g. {sorted(missing)[:3]}"
            return True

        await eventually(all_done, within=within, every=0.25)

    async def starts(self) -> Counter[str]:
        """How often each order's handler was started."""
        return Counter([row["order_id"] async for row in self.database["starts"].find()])

    async def lives(self) -> dict[int, list[tuple[float, str]]]:
        """By process: when it started which order, in the order of time."""
        lives: dict[int, list[tuple[float, str]]] = defaultdict(list)
        async for row in self.database["starts"].find().sort("at"):
            lives[row["pid"]].append((row["at"], row["order_id"]))
        return lives

    async def times_of(self, order_id: str) -> list[float]:
        """When an order's handler was started."""
        return [row["at"] async for row in self.database["starts"].find({"order_id": order_id}).sort("at")]

    async def dead(self) -> dict[str, AbstractIncomingMessage]:
        """The dead letters by their ids; they stay where they are."""
        async with await aio_pika.connect(self.amqp_url) as connection:
            channel = await connection.channel()
            found: dict[str, AbstractIncomingMessage] = {}
            for name in (self.queue, self.others):
                queue = await channel.get_queue(dead_queue(name), ensure=False)
                while (message := await queue.get(fail=False)) is not None:
                    found[str(message.message_id)] = message
            return found

    async def expect_dead(self, ids: Iterable[str], *, within: float = SETTLE_SECONDS) -> None:
        """Waits until these are among the dead letters."""
        wanted = set(ids)

        async def all_dead() -> bool:
            missing = wanted - (await self.dead()).keys()
            assert not missing, f"{len(missing)} not dead, e.g. {sorted(missing)[:3]}"
            return True

        await eventually(all_dead, within=within, every=0.5)

    async def hear(self, name: str) -> None:
        """Binds a queue that goes with this rig to what it tells under a name; ids come in `heard`."""
        if self._ear is None:
            self._ear = await self._channel.declare_queue("", exclusive=True)
            await self._ear.consume(self._take, no_ack=True)
        await self._ear.bind(EVENTS_EXCHANGE, name)

    async def _take(self, message: AbstractIncomingMessage) -> None:
        self.heard.append(str(message.message_id))

    async def are_untold(self, number: int) -> bool:
        """Whether so many effects wait in the outbox to be told."""
        return bool(await self.database["effects"].count_documents({"outbox.at": {"$exists": True}}) == number)

    async def end(self) -> int:
        """Ends the rig; gives how many deliveries the broker still has for it, waiting or never answered."""
        if self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()
        probe = await self._channel.declare_queue(self.queue, passive=True)
        return int(probe.declaration_result.message_count or 0)
