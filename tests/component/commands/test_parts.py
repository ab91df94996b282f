"""The engines that tests lean on: they are there, and hold what the portal needs."""

import asyncio

import aio_pika
import aiormq
import pytest
from pymongo import MongoClient

from tests.support.broker import Broker
from tests.support.council import Council
from tests.support.mail import Mail
from tests.support.scanner import EICAR


async def test_the_broker_has_the_councils_queue_and_keeps_it_from_others(broker: Broker) -> None:
    connection = await aio_pika.connect(broker.url_of("oxfordshire"))
    async with connection:
        channel = await connection.channel()
        queue = await channel.get_queue("council.bristol", ensure=False)
        with pytest.raises(aiormq.exceptions.ChannelAccessRefused):
            await queue.get(fail=False)


async def test_a_council_cannot_write_under_another_ones_name(broker: Broker) -> None:
    bristol = Council("bristol", broker.url_of("bristol"), "", "", "")
    async with bristol:
        with pytest.raises(aiormq.exceptions.ChannelAccessRefused):
            await bristol.publish("council.delegation.retracted.v1", {}, routing_key="oxfordshire.council.x.v1")


async def test_the_database_takes_journaled_majority_writes(mongo_url: str, mongo_database: str) -> None:
    def write() -> int:
        with MongoClient[dict[str, int]](mongo_url, w="majority", journal=True) as client:
            client[mongo_database]["things"].insert_one({"_id": 1})
            return client[mongo_database]["things"].count_documents({})

    assert await asyncio.to_thread(write) == 1


def test_the_mail_catcher_is_empty_at_first(mail: Mail) -> None:
    assert mail.to("nobody@school.example") == []


@pytest.mark.parametrize(("content", "answer"), [(EICAR, b"FOUND"), (b"harmless", b"stream: OK")])
async def test_the_scanner_knows_the_test_file(clamd_url: str, content: bytes, answer: bytes) -> None:
    host, _, port = clamd_url.removeprefix("tcp://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"zINSTREAM\0" + len(content).to_bytes(4, "big") + content + bytes(4))
    told = await reader.read(200)
    writer.close()
    await writer.wait_closed()
    assert answer in told
