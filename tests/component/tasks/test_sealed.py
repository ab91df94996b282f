"""What a council says stands sealed wherever it waits: in documents, copies of what was told, dead letters."""

import json
from typing import Any

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from chassis import clock
from chassis.dead_letters import DeadLetters
from chassis.outbox import task_id_of
from chassis.retell import retell
from chassis.retry import dead_queue
from chassis.shared_keys import is_sealed
from tests.component.tasks.conftest import Tasks
from tests.component.tasks.test_delegations import ACCEPTED, OPENED, REJECTED, new_email, new_id
from tests.support.broker import Broker
from tests.support.eventually import eventually
from tests.support.sealing import BODIES
from tests.support.service import council

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


async def dead_ids(broker: Broker) -> set[str | None]:
    """Looked at, and put back."""
    async with await aio_pika.connect(broker.url) as connection:
        queue = await (await connection.channel()).declare_queue(dead_queue("tasks.open-task"), passive=True)
        letters = [await queue.get(fail=False) for _ in range(queue.declaration_result.message_count or 0)]
        return {letter.message_id for letter in letters if letter}


async def test_dead_letters_about_what_is_erased_go_and_no_others(tasks: Tasks, shared_broker: Broker) -> None:
    ids, refused = {"erased": new_id(), "kept": new_id()}, dict[str, str]()
    for name, delegation_id in ids.items():
        await tasks.council.delegate(delegation_id, new_email())
        await tasks.recorder.expect(ACCEPTED, delegation_id=delegation_id)
        refused[name] = await tasks.council.delegate(delegation_id, new_email(), comments=CANARY)
    for name, body in (
        ("broken", b"{"),
        ("of nothing", b"[]"),
        ("wrong", b'{"authority": "bristol", "delegation_id": 7}'),
    ):
        refused[name] = await tasks.council.publish("council.delegation.requested.v1", body)

    async def are_dead() -> bool:
        return set(refused.values()) <= await dead_ids(shared_broker)

    await eventually(are_dead)
    await tasks.client.put(f"/erasures/{ids['erased']}", headers=council(tasks.key, "tasks"))
    amqp_url = tasks.settings.amqp_url.get_secret_value()
    letters = DeadLetters(amqp_url, ["tasks.open-task"], BODIES, tasks.service.retention._eraser._keys)

    async def is_gone() -> bool:
        await letters.drop_erased()
        return refused["erased"] not in await dead_ids(shared_broker)

    await eventually(is_gone)
    await letters.drop_erased()
    refused.pop("erased")
    assert set(refused.values()) <= await dead_ids(shared_broker)


async def test_what_was_told_is_told_again_but_for_what_is_erased(tasks: Tasks) -> None:
    since, kept, erased = clock.now(), new_id(), new_id()
    for delegation_id in (kept, erased):
        await tasks.council.delegate(delegation_id, new_email(), comments=CANARY)
        await tasks.recorder.expect(ACCEPTED, delegation_id=delegation_id)
    copies = tasks.database["outbox_sent"]

    async def told(delegation_id: str) -> list[dict[str, Any]]:
        return await copies.find({"delegation_id": delegation_id, "type": {"$in": [ACCEPTED, OPENED]}}).to_list(None)

    async def both_are_kept() -> list[dict[str, Any]] | None:
        backup = await told(erased)
        return backup if len(backup) == len(await told(kept)) == 2 else None

    backup = await eventually(both_are_kept)
    await tasks.client.put(f"/erasures/{erased}", headers=council(tasks.key, "tasks"))

    async def is_erased() -> bool:
        return await told(erased) == []

    await eventually(is_erased)
    await copies.insert_many(backup)  # restored from before
    tasks.recorder.heard.clear()
    retold = await retell("tasks", tasks.settings, since)
    assert retold.erased == len(backup)
    again = await tasks.recorder.expect(OPENED, delegation_id=kept)
    assert again["comments"] == CANARY
    await tasks.recorder.expect(ACCEPTED, delegation_id=kept)
    assert retold.told >= 2
    assert not tasks.recorder.of(OPENED, delegation_id=erased)
    await copies.delete_many({"delegation_id": erased})
