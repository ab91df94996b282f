"""What a council says stands sealed wherever it waits: in documents, copies of what was told, dead letters."""

import json
from typing import Any

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from chassis.retry import dead_queue
from chassis.shared_keys import is_sealed
from services.tasks.usecases.changes import task_id_of
from tests.component.tasks.conftest import Tasks
from tests.component.tasks.test_delegations import ACCEPTED, OPENED, REJECTED, new_email, new_id
from tests.support.broker import Broker
from tests.support.eventually import eventually
from tests.support.sealing import BODIES

CANARY = "canary-5d1e"


async def dead_letter(broker: Broker, message_id: str) -> AbstractIncomingMessage:
    """Looked at, and put back."""
    async with await aio_pika.connect(broker.url) as connection:
        channel = await connection.channel()
        queue = await channel.get_queue(dead_queue("tasks.open-task"), ensure=False)

        async def found() -> AbstractIncomingMessage | None:
            message = await queue.get(fail=False)
            return message if message and message.message_id == message_id else None

        return await eventually(found)


async def test_a_dead_letter_is_sealed_and_opens_as_it_came(tasks: Tasks, shared_broker: Broker) -> None:
    message_id = await tasks.council.delegate(new_id(), new_email(), form="no-such-form", comments=CANARY)
    await tasks.recorder.expect(REJECTED, message_id=message_id)
    letter = await dead_letter(shared_broker, message_id)
    assert is_sealed(letter.body)
    assert CANARY.encode() not in letter.body
    assert json.loads(BODIES.open(letter.body, letter.type or ""))["comments"] == CANARY


async def test_neither_documents_nor_copies_say_what_a_council_wrote(tasks: Tasks) -> None:
    delegation_id, email = new_id(), new_email()
    await tasks.council.delegate(delegation_id, email, comments=CANARY, notify_email=email)
    for name in (ACCEPTED, OPENED):
        await tasks.recorder.expect(name, delegation_id=delegation_id)
    copies = tasks.database["outbox_sent"].find({"delegation_id": delegation_id})
    kept: list[Any] = await eventually(lambda: copies.clone().to_list(None))
    kept.append(await tasks.database["tasks"].find_one({"_id": task_id_of("bristol", delegation_id)}))
    for word in (CANARY, email, "Gabriel", "Chloe", "EHM", "2008-04-26"):
        assert word not in str(kept), word
    assert [row["comments"] for row in (await tasks.list(email))["rows"]] == [CANARY]
