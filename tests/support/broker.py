"""A broker for tests, with every queue, user and permission that the portal has."""

import asyncio
import json
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aio_pika

from chassis.authorities import Authorities
from commands.parts.instance import ROOT, Instance
from commands.parts.outside_broker import declare, tell_api
from commands.parts.services import as_user
from commands.topology import broker_definitions
from contracts.registry import OPERATOR, broker_users
from tests.support.engines import container_with, local

IMAGE = "rabbitmq:4.1"
_DEFINITIONS = "/etc/portal-tests/definitions.json"


@dataclass(frozen=True)
class Broker:
    """Where it is; `url` is the operator's. On an outside broker that we cannot set up, all are the one user."""

    url: str
    passwords: dict[str, str]

    def url_of(self, user: str) -> str:
        """The address for a service (`tasks`) or a council (`bristol`)."""
        return as_user(self.url, user, self.passwords[user]) if self.passwords else self.url

    async def count(self, queue: str) -> int:
        """How many messages wait in a queue."""
        async with await aio_pika.connect(self.url) as connection:
            declared = await (await connection.channel()).declare_queue(queue, passive=True)
            return declared.declaration_result.message_count or 0

    async def purge(self) -> None:
        """Empty every queue."""
        async with await aio_pika.connect(self.url) as connection:
            channel = await connection.channel()
            for queue in broker_definitions(_authorities())["queues"]:
                await (await channel.get_queue(queue["name"], ensure=False)).purge()


@contextmanager
def broker(data: Path) -> Iterator[Broker]:
    """The broker of this test run."""
    outside = os.environ.get("PORTAL_AMQP_URL")
    if outside:
        yield _outside(outside, os.environ.get("PORTAL_AMQP_API_URL"))
    elif container_with("rabbitmq", IMAGE):
        with _container(data) as broker_in_container:
            yield broker_in_container
    else:
        with local("broker", data) as state:
            yield Broker(state["amqp"]["url"], Instance(data).kept("secrets.json")["passwords"])


def _authorities() -> Authorities:
    return Authorities.load(ROOT / "deploy/authorities")


def _passwords() -> dict[str, str]:
    councils = (authority.code for authority in _authorities())
    return {name: f"{name}-for-tests" for name in (*broker_users(), *councils)}


def _outside(url: str, api: str | None) -> Broker:
    passwords = _passwords()
    wanted = broker_definitions(_authorities(), passwords)
    if api is None:
        asyncio.run(declare(url, wanted))
        return Broker(url, {})
    asyncio.run(tell_api(api, wanted))
    return Broker(as_user(url, OPERATOR, passwords[OPERATOR]), passwords)


@contextmanager
def _container(data: Path) -> Iterator[Broker]:
    with warnings.catch_warnings():
        # Its module decorates a method in a way that testcontainers itself has begun to warn of.
        warnings.simplefilter("ignore", DeprecationWarning)
        from testcontainers.community.rabbitmq import RabbitMqContainer  # noqa: PLC0415 - needed with Docker only

    passwords = _passwords()
    files = _write(data, broker_definitions(_authorities(), passwords))
    container = RabbitMqContainer(IMAGE, username=OPERATOR, password=passwords[OPERATOR])
    container.with_volume_mapping(str(files / "definitions.json"), _DEFINITIONS, "ro")
    container.with_volume_mapping(str(files / "rabbitmq.conf"), "/etc/rabbitmq/conf.d/20-tests.conf", "ro")
    with container:
        host, port = container.get_container_host_ip(), container.get_exposed_port(5672)
        yield Broker(as_user(f"amqp://{host}:{port}/", OPERATOR, passwords[OPERATOR]), passwords)


def _write(data: Path, wanted: dict[str, Any]) -> Path:
    """The container's user is not ours: what is mounted into it must be readable by all."""
    data.mkdir(parents=True, exist_ok=True)
    for name, text in (
        ("definitions.json", json.dumps(wanted)),
        ("rabbitmq.conf", f"load_definitions = {_DEFINITIONS}\n"),
    ):
        (data / name).write_text(text)
        (data / name).chmod(0o644)
    return data
