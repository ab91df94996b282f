"""Emails a second, from the event that they follow from to the mark that they are sent; and reminders that are due.

The floor of emails is a bare loop of aiosmtplib: as many connections as notify has, to the same mail server. That of
reminders is one update (majority, journaled) each, as many side by side as the schedule does.
"""

import asyncio
import time
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import aio_pika
from aiosmtplib import SMTP
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection
from pymongo import WriteConcern

from bench.delegations import request, until
from bench.instance import Running
from chassis.outbox import EVENTS_EXCHANGE
from commands.parts.instance import Instance
from commands.parts.services import as_user
from contracts.base import Contact
from contracts.tasks import Holder, TaskReminded
from tests.support.council import Council

_CONNECTIONS = 4
_SIDE_BY_SIDE = 8
_DUE_IN_DAYS = 5
"""Between two of the steps at which somebody is reminded: the first of them is due at once."""

Figures = dict[str, float]
Document = dict[str, Any]


async def measure_emails(running: Running, count: int) -> Figures:
    """So many emails that are owed at once, each to somebody else."""
    sent = _database(running)["portal_notify"]["deliveries"]
    before = await sent.count_documents({"state": "sent"})
    started = time.perf_counter()
    await _publish(running, [_reminded(number) for number in range(count)])
    await until(lambda: _counts(sent, {"state": "sent"}, before + count))
    ours = count / (time.perf_counter() - started)
    return {"emails_per_s": ours, "floor_emails_per_s": await _bare_emails(running, count)}


async def measure_reminders(running: Running, count: int) -> Figures:
    """So many forms whose reminder is due at once."""
    async with Council.of(running.status) as council:
        due_on = (datetime.now(UTC).date() + timedelta(days=_DUE_IN_DAYS)).isoformat()
        body = {"received_on": date.today().isoformat(), "due_on": due_on}  # noqa: DTZ011 - as a council writes it
        for number in range(count):
            email = f"p.{number}.{uuid4().hex[:6]}@school.example"
            asked = request("bristol", f"bench-{uuid4().hex[:12]}", email) | body
            await council.publish("council.delegation.requested.v1", asked)
        database = _database(running)
        tasks, schedule = database["portal_tasks"]["tasks"], database["portal_tasks"]["schedule"]
        of_ours = {"row.due_on": due_on, "authority": "bristol"}
        await until(lambda: _counts(tasks, of_ours, count))
    planned = {"kind": "remind", "state": "planned", "about.due_on": due_on}
    started = time.perf_counter()
    await schedule.update_many(planned, {"$set": {"due_at": datetime.now(UTC)}})
    await until(lambda: _counts(schedule, planned | {"state": "done"}, count))
    return {
        "reminders_due_per_s": count / (time.perf_counter() - started),
        "floor_reminders_due_per_s": await _bare_updates(database["bench"]["floor"], count),
    }


def _database(running: Running) -> "AsyncIOMotorClient[Document]":
    return AsyncIOMotorClient[Document](running.status["mongo"], tz_aware=True)


async def _counts(collection: "AsyncIOMotorCollection[Document]", query: Document, expected: int) -> bool:
    return await collection.count_documents(query) >= expected


def _reminded(number: int) -> TaskReminded:
    person = Contact(email=f"p.{number}.{uuid4().hex[:6]}@school.example", name="Sandra Professional")
    return TaskReminded(
        task_id=str(uuid4()),
        authority="bristol",
        delegation_id=f"bench-{uuid4().hex[:12]}",
        reference="BRI-4K7Q-22",
        task_version=2,
        form_title="EHC Needs Assessment Contributions",
        person=Holder(kind="person", email=person.email, name=person.name),
        tell=[person],
        step=-3,
        due_on=date(2031, 9, 5),
        reminded_at=datetime.now(UTC),
    )


async def _publish(running: Running, events: list[TaskReminded]) -> None:
    """As tasks tells them."""
    passwords = Instance(running.data).kept("secrets.json")["passwords"]
    url = as_user(running.status["amqp"]["url"], "tasks", passwords["tasks"])
    async with await aio_pika.connect(url) as connection:
        exchange = await (await connection.channel()).get_exchange(EVENTS_EXCHANGE, ensure=False)

        async def publish(event: TaskReminded) -> None:
            message = aio_pika.Message(
                event.model_dump_json(by_alias=True).encode(),
                message_id=str(uuid4()),
                type=event.wire_name,
                timestamp=datetime.now(UTC),
                content_type="application/json",
                delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
                user_id="tasks",
            )
            await exchange.publish(message, event.wire_name)

        await asyncio.gather(*map(publish, events))


async def _bare_emails(running: Running, count: int) -> float:
    """Emails a second, of the same size, by connections that are kept."""
    where = urlsplit(running.status["mail"]["smtp"])
    email = EmailMessage()
    email["From"], email["To"], email["Subject"] = "portal@council.example", "p@school.example", "A form is due"
    email.set_content("A form is due soon.\n" * 30)
    content = email.as_bytes()
    numbers = iter(range(count))

    async def send_some() -> None:
        async with SMTP(hostname=where.hostname, port=where.port, use_tls=False, start_tls=False) as client:
            for _ in numbers:
                await client.sendmail("portal@council.example", ["p@school.example"], content)

    started = time.perf_counter()
    await asyncio.gather(*(send_some() for _ in range(_CONNECTIONS)))
    return count / (time.perf_counter() - started)


async def _bare_updates(collection: "AsyncIOMotorCollection[Document]", count: int) -> float:
    journaled = collection.with_options(write_concern=WriteConcern("majority", j=True))
    await journaled.insert_many([{"_id": number} for number in range(count)])
    numbers = iter(range(count))

    async def update_some() -> None:
        for number in numbers:
            await journaled.update_one({"_id": number}, {"$set": {"state": "done"}})

    started = time.perf_counter()
    await asyncio.gather(*(update_some() for _ in range(_SIDE_BY_SIDE)))
    seconds = time.perf_counter() - started
    await journaled.drop()
    return count / seconds
