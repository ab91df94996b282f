"""Delegations a second, from the council's publish to the answer and the prepared form.

The floor is a bare consumer: one insert, one acknowledgement; the same road is `bench.road`.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractIncomingMessage
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import WriteConcern

from bench import road as bare_road
from bench.instance import Running
from commands.parts.instance import Instance
from commands.parts.services import as_user
from contracts.registry import OPERATOR

FORM = "ehc-needs-assessment-contributions"
PREFETCH = 100
_FLOOR_QUEUE = "bench.floor"
_WAIT_SECONDS = 300


def request(authority: str, delegation_id: str, email: str) -> dict[str, Any]:
    """An ordinary delegation about an invented child."""
    return {
        "delegation_id": delegation_id,
        "authority": authority,
        "form": FORM,
        "subject": {"person_id": "P-10023", "name": "Gabriel Example", "date_of_birth": "2008-04-26"},
        "assignee": {"kind": "person", "email": email},
        "sender": {"name": "Chloe Caseworker", "department": "EHM", "telephone": "0117 496 0000"},
        "comments": "Please complete the report",
        "prefill": {"first_name": "Gabriel", "here_and_now": "Hi I'm Gabriel and I like trains."},
    }


async def _publish_all(
    exchange: AbstractExchange, key: str, bodies: list[dict[str, Any]], user: str, name: str
) -> None:
    async def publish(body: dict[str, Any]) -> None:
        message = aio_pika.Message(
            json.dumps(body).encode(),
            message_id=str(uuid4()),
            type=name,
            content_type="application/json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            user_id=user,
        )
        await exchange.publish(message, key)

    for start in range(0, len(bodies), PREFETCH):
        await asyncio.gather(*(publish(body) for body in bodies[start : start + PREFETCH]))


async def until(check: Callable[[], Awaitable[bool]]) -> None:
    """Looks again and again until it is so."""
    async with asyncio.timeout(_WAIT_SECONDS):
        while not await check():  # noqa: ASYNC110 - other processes set no event
            await asyncio.sleep(0.02)


async def portal(running: Running, count: int, email: str) -> float:
    """Delegations a second through the portal: accepted, answered, and prepared by forms."""
    where = running.status["amqp"]["councils"]["bristol"]
    name = "council.delegation.requested.v1"
    ids = {f"bench-{uuid4().hex[:12]}" for _ in range(count)}
    waiting = set(ids)
    database = AsyncIOMotorClient[dict[str, Any]](running.status["mongo"])
    contributions = database["portal_forms"]["contributions"]

    async def answered(message: AbstractIncomingMessage) -> None:
        waiting.discard(json.loads(message.body).get("delegation_id", ""))
        await message.ack()

    async def is_done() -> bool:
        # Counting costs the database something too: only once every answer is there.
        return not waiting and await contributions.estimated_document_count() >= before + count

    async with await aio_pika.connect(where["url"]) as connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=PREFETCH)
        await (await channel.get_queue("council.bristol", ensure=False)).consume(answered)
        before = await contributions.estimated_document_count()
        out = await connection.channel()
        exchange = await out.get_exchange("council.inbox", ensure=False)
        started = time.perf_counter()
        await _publish_all(
            exchange, f"bristol.{name}", [request("bristol", one, email) for one in ids], "bristol", name
        )
        await until(is_done)
        seconds = time.perf_counter() - started
    database.close()
    return count / seconds


async def road(running: Running, count: int) -> float:
    """Delegations a second by bare consumers on the same road: answered, and kept by the second of them."""
    url, mongo = _operators_url(running), running.status["mongo"]
    database = AsyncIOMotorClient[dict[str, Any]](mongo)
    prepared, answers = database[bare_road.DATABASE]["forms"], 0

    async def answered(message: AbstractIncomingMessage) -> None:
        nonlocal answers
        answers += 1
        await message.ack()

    async def is_done() -> bool:
        return answers >= count and await prepared.estimated_document_count() >= count

    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=PREFETCH)
        await bare_road.declare(channel)
        with bare_road.consumers(url, mongo, running.status["mail"]["smtp"]):
            await until(lambda: _all_there(channel))
            await (await channel.get_queue(bare_road.ANSWERS)).consume(answered)
            exchange = await (await connection.channel()).get_exchange("", ensure=False)
            bodies = [request("bristol", f"road-{number}", "a@school.example") for number in range(count)]
            started = time.perf_counter()
            await _publish_all(exchange, bare_road.queue_of("tasks"), bodies, OPERATOR, "road")
            await until(is_done)
            seconds = time.perf_counter() - started
        await bare_road.remove(channel)
    await database.drop_database(bare_road.DATABASE)
    database.close()
    return count / seconds


async def _all_there(channel: AbstractChannel) -> bool:
    queues = [await channel.declare_queue(bare_road.queue_of(one), passive=True) for one in bare_road.SERVICES]
    return all(queue.declaration_result.consumer_count for queue in queues)


def _operators_url(running: Running) -> str:
    passwords = Instance(running.data).kept("secrets.json")["passwords"]
    return as_user(running.status["amqp"]["url"], OPERATOR, passwords[OPERATOR])


async def floor(running: Running, count: int) -> float:
    """Deliveries a second of a bare consumer that inserts one document (majority, journaled) and acknowledges."""
    url = _operators_url(running)
    database = AsyncIOMotorClient[dict[str, Any]](running.status["mongo"])
    collection = database["bench"].get_collection("floor", write_concern=WriteConcern("majority", j=True))
    done = 0

    async def insert(message: AbstractIncomingMessage) -> None:
        nonlocal done
        await collection.insert_one({"_id": message.message_id, **json.loads(message.body)})
        await message.ack()
        done += 1

    async def is_done() -> bool:
        return done >= count

    async with await aio_pika.connect(url) as connection:
        exchange, channel = await _floor_queue(await connection.channel())
        await channel.set_qos(prefetch_count=PREFETCH)
        queue = await channel.get_queue(_FLOOR_QUEUE, ensure=False)
        tag = await queue.consume(insert)
        started = time.perf_counter()
        bodies = [request("bristol", f"floor-{number}", "a@b.example") for number in range(count)]
        await _publish_all(exchange, _FLOOR_QUEUE, bodies, OPERATOR, "floor")
        await until(is_done)
        seconds = time.perf_counter() - started
        await queue.cancel(tag)
        await channel.queue_delete(_FLOOR_QUEUE)
    await database.drop_database("bench")
    database.close()
    return count / seconds


async def _floor_queue(channel: AbstractChannel) -> tuple[AbstractExchange, AbstractChannel]:
    await channel.declare_queue(_FLOOR_QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
    return channel.default_exchange, channel
