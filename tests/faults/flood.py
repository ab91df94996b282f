"""A council that pours messages in as fast as the broker takes them; a process apart, so that it delays no clock."""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator

import aio_pika

from commands.parts.instance import ROOT
from tests.faults.cms import REQUESTED
from tests.faults.poison import _whole

KINDS = ("valid", "invalid", "large")
_AT_ONCE = 200
_LARGE_AT_ONCE = 2
_LARGE_BYTES = 15_000_000


def _bodies(kind: str, prefix: str, number: int) -> Iterator[bytes]:
    whole = _whole(prefix)
    start = json.dumps(whole).encode()[:-1]
    document = {"document_id": "d", "name": "d.pdf", "media_type": "application/pdf"}
    content = "x" * _LARGE_BYTES if kind == "large" else ""
    for each in range(number):
        body = {**whole, "delegation_id": f"{prefix}{kind}-{each}"}
        match kind:
            case "valid":
                yield json.dumps(body).encode()
            case "invalid":
                bad = (b', "prefill": {"a": 1e999}}', b', "received_on": "9999-12-31"}')
                yield (b"{", *(start + end for end in bad))[each % 3]
            case _:
                large = {**body, "documents": [{**document, "content_base64": content}]}
                yield json.dumps(large if each % 2 else {**large, "form": 7}).encode()


async def _pour(url: str, kind: str, prefix: str, number: int) -> None:
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel(publisher_confirms=True)
        exchange = await channel.get_exchange("council.inbox", ensure=False)
        at_once = _LARGE_AT_ONCE if kind == "large" else _AT_ONCE
        under_way: set[asyncio.Task[object]] = set()
        for each, body in enumerate(_bodies(kind, prefix, number)):
            message = aio_pika.Message(
                body, message_id=f"{prefix}{kind}-{each}", type=REQUESTED, user_id="bristol", delivery_mode=2
            )
            under_way.add(asyncio.create_task(exchange.publish(message, f"bristol.{REQUESTED}", timeout=120)))
            if len(under_way) >= at_once:
                done, under_way = await asyncio.wait(under_way, return_when="FIRST_COMPLETED")
                await asyncio.gather(*done)
        await asyncio.gather(*under_way)


async def poured(url: str, kind: str, prefix: str, number: int) -> int:
    """Runs it until the broker has confirmed all; how many these were."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.faults.flood", url, kind, prefix, str(number)), cwd=ROOT
    )
    try:
        assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
    return number


def main() -> None:
    """Pours."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("prefix")
    parser.add_argument("number", type=int)
    given = parser.parse_args()
    asyncio.run(_pour(given.url, given.kind, given.prefix, given.number))


if __name__ == "__main__":
    main()
