"""`python -m chassis.retell SERVICE SINCE`: tells again what it has told since then, after a restore (ADR 0072)."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from importlib import import_module
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from pydantic import AwareDatetime, TypeAdapter

from chassis.authorities import Authorities
from chassis.copies import CopySeal
from chassis.event_log import EventLog
from chassis.keys import opened_outside
from chassis.outbox import COUNCIL_OUTBOX, Publisher, publish_entry
from chassis.settings import StoredServiceSettings
from chassis.shared_keys import BodySeal, CouncilSeal
from chassis.telemetry import configure_logging, log


class Retold(NamedTuple):
    """How many messages were told again, and how many were not, being about what is erased."""

    told: int
    erased: int


async def retell(service: str, settings: StoredServiceSettings, since: datetime) -> Retold:
    """Publishes the copies of that time again, oldest first, with their ids: who has heard them changes nothing."""
    told = erased = 0
    bodies = BodySeal(settings.events_key)
    async with _publisher(service, settings) as publisher, _event_log(service, settings, bodies) as copies:
        async for copy, body in copies.since(since):
            if body is None:
                erased += 1
                continue
            is_for_council = copy["exchange"] == COUNCIL_OUTBOX
            sealed = body if is_for_council else bodies.seal(body, copy["authority"], copy["type"])
            await publish_entry(publisher, copy, sealed)
            told += 1
    return Retold(told, erased)


@asynccontextmanager
async def _publisher(service: str, settings: StoredServiceSettings) -> AsyncIterator[Publisher]:
    url = settings.amqp_url.get_secret_value()
    councils = CouncilSeal(Authorities.load(settings.authorities_dir))
    publisher = Publisher(url, user=unquote(urlsplit(url).username or "guest"), service=service, councils=councils)
    try:
        yield publisher
    finally:
        await publisher.close()


@asynccontextmanager
async def _event_log(service: str, settings: StoredServiceSettings, bodies: BodySeal) -> AsyncIterator[EventLog]:
    async with AsyncExitStack() as closing:
        database, keys = await opened_outside(service, settings, closing)
        yield EventLog(database.collection("outbox_sent"), CopySeal(bodies, keys))


async def main(service: str, since: str) -> None:
    """With the settings that the service itself reads; `since` is a time as 2026-11-30T09:00:00Z."""
    settings = import_module(f"services.{service}.settings").Settings()
    configure_logging(service, settings.log_level)
    at: datetime = TypeAdapter(AwareDatetime).validate_python(since)
    log.info("told again", **(await retell(service, settings, at))._asdict())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
