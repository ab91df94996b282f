"""The same road for a delegation: what the portal's services do, and nothing else.

Three consumers, each a process of its own as the services are: one takes the request, keeps it, answers and tells; one
keeps what it is told, as forms does; one keeps it, sends an email and marks it as sent, as notify does. Journaled
writes, quorum queues, persistent and confirmed messages, as in the portal. `python -m bench.road SERVICE AMQP MONGO
HOST PORT` is one of them.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from aiosmtplib import SMTP
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import WriteConcern

from commands.parts.instance import ROOT

Document = dict[str, Any]

DATABASE = "bench_road"
TOLD = "bench.road.told"
ANSWERS = "bench.road.answers"
SERVICES = ("tasks", "forms", "notify")
_PREFETCH = 100
_CONNECTIONS = 4


def queue_of(service: str) -> str:
    """From which it takes."""
    return f"bench.road.{service}"


async def declare(channel: AbstractChannel) -> None:
    """What the road is made of."""
    told = await channel.declare_exchange(TOLD, aio_pika.ExchangeType.FANOUT, durable=True)
    await channel.declare_queue(ANSWERS, durable=True, arguments={"x-queue-type": "quorum"})
    for service in SERVICES:
        queue = await channel.declare_queue(queue_of(service), durable=True, arguments={"x-queue-type": "quorum"})
        if service != "tasks":
            await queue.bind(told)


async def remove(channel: AbstractChannel) -> None:
    """Nothing of it stays."""
    for queue in (ANSWERS, *map(queue_of, SERVICES)):
        await channel.queue_delete(queue)
    await channel.exchange_delete(TOLD)


@contextmanager
def consumers(amqp: str, mongo: str, smtp: str) -> Iterator[None]:
    """All three of them, running."""
    where = urlsplit(smtp)
    rest = [amqp, mongo, str(where.hostname), str(where.port)]
    processes = [subprocess.Popen([sys.executable, "-m", "bench.road", one, *rest], cwd=ROOT) for one in SERVICES]
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
            process.wait(10)


def message(body: bytes) -> aio_pika.Message:
    """As the portal's: to be found after a restart of the broker."""
    return aio_pika.Message(body, message_id=str(uuid4()), delivery_mode=aio_pika.DeliveryMode.PERSISTENT)


async def _consume(service: str, amqp: str, mongo: str, host: str, port: str) -> None:
    async with AsyncExitStack() as closing:
        connection = await closing.enter_async_context(await aio_pika.connect(amqp))
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=_PREFETCH)
        client = AsyncIOMotorClient[Document](mongo)
        closing.callback(client.close)
        kept = client[DATABASE].get_collection(service, write_concern=WriteConcern("majority", j=True))
        mails: asyncio.Queue[SMTP] = asyncio.Queue()
        for _ in range(_CONNECTIONS if service == "notify" else 0):
            mail = SMTP(hostname=host, port=int(port), use_tls=False, start_tls=False)
            mails.put_nowait(await closing.enter_async_context(mail))
        told = await channel.get_exchange(TOLD)

        async def take(delivery: AbstractIncomingMessage) -> None:
            body = json.loads(delivery.body)
            await kept.insert_one({"_id": delivery.message_id, **body})
            if service == "tasks":
                answer = channel.default_exchange.publish(message(delivery.body), ANSWERS)
                await asyncio.gather(answer, told.publish(message(delivery.body), ""))
            if service == "notify":
                await _send(mails, body["assignee"]["email"])
                await kept.update_one({"_id": delivery.message_id}, {"$set": {"state": "sent"}})
            await delivery.ack()

        await (await channel.get_queue(queue_of(service))).consume(take)
        await asyncio.Event().wait()


async def _send(mails: "asyncio.Queue[SMTP]", to: str) -> None:
    email = EmailMessage()
    email["From"], email["To"], email["Subject"] = "portal@council.example", to, "A form for you"
    email.set_content("A form is due soon.\n" * 30)
    mail = await mails.get()
    try:
        await mail.send_message(email)
    finally:
        mails.put_nowait(mail)


if __name__ == "__main__":
    asyncio.run(_consume(*sys.argv[1:]))
