"""A small service of the chassis whose messages say what goes wrong; its process is started again when it dies."""

import argparse
import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, ClassVar

import uvicorn
from pydantic import SecretStr
from starlette.applications import Starlette

from chassis import clock
from chassis.app import StoredServiceContext, stored_service_app
from chassis.database import OutboxCollection
from chassis.errors import Refused
from chassis.messaging import Delivery, Subscription
from chassis.outbox import EVENTS_EXCHANGE, Collection, Outgoing
from chassis.retry import Retry
from chassis.settings import StoredServiceSettings
from contracts.base import Event

TOLD = "rig.work.told.v1"
OTHER_TOLD = "rig.other.told.v1"


class Ordered(Event):
    """An order: what to do on which start of its handler."""

    wire_name: ClassVar[str] = "rig.work.ordered.v1"

    order_id: str
    do: str = "work"
    times: int = 0
    """How often the first starts go wrong; 0 is always."""


class Bench:
    """Where starts and effects are noted."""

    def __init__(self, starts: Collection, effects: OutboxCollection) -> None:
        self.starts = starts
        self.effects = effects

    async def handle(self, order: Ordered, delivery: Delivery, _: Any) -> None:
        """Notes the start, does what was ordered, notes the effect."""
        start = {"order_id": order.order_id, "at": time.time(), "pid": os.getpid(), "attempts": delivery.attempts}
        await self.starts.insert_one(start)
        starts = await self.starts.count_documents({"order_id": order.order_id})
        if not order.times or starts <= order.times:
            await _FAULTS[order.do]()
        events = [_event(order.order_id, _TELLS[order.do])] if order.do in _TELLS else []
        await self.effects.insert({"_id": order.order_id}, events)


def _event(order_id: str, name: str) -> Outgoing:
    return Outgoing(
        event_id=f"of-{order_id}",
        exchange=EVENTS_EXCHANGE,
        routing_key=name,
        type=name,
        body="{}",
        at=clock.now(),
    )


async def _fail() -> None:
    raise RuntimeError("ordered to fail")


async def _refuse() -> None:
    raise Refused("ordered", "Ordered to refuse.")


async def _hang() -> None:
    await asyncio.sleep(3600)


async def _cancel() -> None:
    raise asyncio.CancelledError


async def _crash() -> None:
    os._exit(9)


async def _slow() -> None:
    await asyncio.sleep(0.3)


async def _work() -> None:
    """Nothing goes wrong."""


_FAULTS: dict[str, Callable[[], Awaitable[None]]] = {
    "fail": _fail,
    "refuse": _refuse,
    "hang": _hang,
    "cancel": _cancel,
    "crash": _crash,
    "slow": _slow,
    "work": _work,
    "tell": _work,
    "tell-other": _work,
}
_TELLS = {"tell": TOLD, "tell-other": OTHER_TOLD}


def subscriptions(
    name: str, options: dict[str, Any], handle: Callable[..., Awaitable[None]]
) -> list[Subscription[Ordered, Any]]:
    """The queues of a rig: one for orders, one for those of somebody else."""
    return [
        Subscription(
            f"{name}.{queue}",
            Ordered,
            handle,
            retry=Retry(tuple(options["delays"])),
            prefetch=options["prefetch"],
            timeout_seconds=options["timeout_seconds"],
        )
        for queue in ("work", "others")
    ]


def app(name: str, options: dict[str, Any]) -> Starlette:
    """The service."""
    settings = StoredServiceSettings(
        mongo_url=SecretStr(options["mongo_url"]),
        mongo_database=name,
        amqp_url=SecretStr(options["amqp_url"]),
        events_key=SecretStr(options["events_key"]),
        master_keys=SecretStr(options["master_keys"]),
    )
    benches: list[Bench] = []

    async def compose(context: StoredServiceContext) -> Bench:
        effects = context.database.outbox_collection("effects", context.relay)
        await effects.ensure_indexes([])
        await context.database.collection("starts").create_index("order_id")
        benches.append(Bench(context.database.collection("starts"), effects))
        return benches[0]

    async def handle(order: Ordered, delivery: Delivery, bench: Bench) -> None:
        await bench.handle(order, delivery, bench)

    return stored_service_app(
        name=name,
        settings=settings,
        compose=compose,
        routes=[],
        subscriptions=subscriptions(name, options, handle),
    )


def main() -> None:
    """Starts the service, notes how it ended, starts it again; until SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("home", type=Path)
    given = parser.parse_args()
    options = json.loads(sys.stdin.read())
    lives = True
    child = 0

    def stop(*_: object) -> None:
        nonlocal lives
        lives = False
        if child:
            os.kill(child, signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)
    while lives:
        child = os.fork()
        if not child:
            # The server takes the signal itself, and raises it once more when it has ended in order.
            signal.signal(signal.SIGTERM, lambda *_: None)
            uvicorn.run(app(given.name, options), port=options["port"], log_level="warning", access_log=False)
            os._exit(0)
        (given.home / "pid").write_text(str(child))
        _, status = os.waitpid(child, 0)
        with (given.home / "exits").open("a") as exits:
            exits.write(f"{os.waitstatus_to_exitcode(status)}\n")


if __name__ == "__main__":
    main()
