"""Tells a broker that is not ours what it must hold. Run as a process; what that is stands in `commands.topology`.

Over its management API where PORTAL_AMQP_API_URL names one, users included; else over AMQP, as far as that goes.
"""

import asyncio
import json
import os
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import aio_pika
import aiohttp
from aio_pika.abc import AbstractConnection
from aiormq.exceptions import AMQPError, ChannelPreconditionFailed

from chassis.authorities import Authorities
from commands.parts.trouble import Trouble
from commands.topology import broker_definitions

_SECONDS = 30


async def tell_api(api: str, wanted: Mapping[str, Any]) -> None:
    """Load the definitions over the management API."""
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_SECONDS)) as session,
        session.post(f"{api.rstrip('/')}/api/definitions", json=wanted) as answer,
    ):
        answer.raise_for_status()


async def declare(amqp: str, wanted: Mapping[str, Any]) -> None:
    """Declare exchanges, queues and bindings; what policies would say goes into their arguments."""
    async with asyncio.timeout(_SECONDS), await aio_pika.connect(amqp) as connection:
        await _check_may_speak_for_others(connection)
        channel = await connection.channel()
        for exchange in wanted["exchanges"]:
            await channel.declare_exchange(
                exchange["name"],
                exchange["type"],
                durable=True,
                arguments=_by_policy(exchange["name"], "exchanges", wanted["policies"]),
            )
        for queue in wanted["queues"]:
            arguments = {**queue["arguments"], **_by_policy(queue["name"], "queues", wanted["policies"])}
            await channel.declare_queue(queue["name"], durable=True, arguments=arguments)
        for binding in wanted["bindings"]:
            queue = await channel.get_queue(binding["destination"], ensure=False)
            await queue.bind(binding["source"], binding["routing_key"])


async def _check_may_speak_for_others(connection: AbstractConnection) -> None:
    """With one user for all, that user signs councils' messages too, which the broker allows to impersonators only."""
    channel = await connection.channel()
    message = aio_pika.Message(b"", user_id="another-user")
    try:
        await channel.default_exchange.publish(message, "portal.no-such-queue", mandatory=False)
    except ChannelPreconditionFailed:
        raise Trouble(
            "The user of PORTAL_AMQP_URL may not publish for councils. Give it the tag `impersonator`, or name the "
            "broker's management API in PORTAL_AMQP_API_URL, so that each council gets a user of its own."
        ) from None
    await channel.close()


def _by_policy(name: str, kind: str, policies: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    rules = [rule for rule in policies if rule["apply-to"] == kind and re.search(rule["pattern"], name)]
    prefix = "" if kind == "exchanges" else "x-"
    return {f"{prefix}{key}": value for rule in rules for key, value in rule["definition"].items()}


def main() -> None:
    """Read {"passwords", "authorities", "amqp"} and tell the broker."""
    given = json.load(sys.stdin)
    wanted = broker_definitions(Authorities.load(Path(given["authorities"])), given["passwords"])
    api = os.environ.get("PORTAL_AMQP_API_URL")
    try:
        asyncio.run(tell_api(api, wanted) if api else declare(given["amqp"], wanted))
    except (Trouble, OSError, AMQPError, aiohttp.ClientError) as trouble:
        sys.exit(f"The broker could not be set up. {trouble}")


if __name__ == "__main__":
    main()
