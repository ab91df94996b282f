"""`python -m chassis.rotate AUTHORITY SERVICE...`: new wrapping keys, beside traffic (ADR 0038)."""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from importlib import import_module

from chassis.database import Database
from chassis.keys import NEWEST_SECONDS, KeyRing, wrapping_of
from chassis.settings import StoredServiceSettings
from chassis.telemetry import configure_logging, log


async def rotate(authority: str, services: Sequence[tuple[str, StoredServiceSettings]]) -> dict[str, int]:
    """Wraps an authority's data keys anew in each of these services; how many each had."""
    async with AsyncExitStack() as closing:
        rings = {name: await key_ring(name, settings, closing) for name, settings in services}
        counts = {name: await ring.rotate(authority) for name, ring in rings.items()}
        # Processes that have not heard of the new key yet wrap with the old one for some seconds more.
        await asyncio.sleep(NEWEST_SECONDS + 1)
        return {name: counts[name] + await ring.catch_up(authority) for name, ring in rings.items()}


async def key_ring(name: str, settings: StoredServiceSettings, closing: AsyncExitStack) -> KeyRing:
    """The keys of one service, from outside of it."""
    database = Database.open(settings.mongo_url.get_secret_value(), settings.mongo_database)
    closing.callback(database.close)
    wrapping = wrapping_of(settings, name, database)
    closing.push_async_callback(wrapping.close)
    return KeyRing(database, wrapping)


async def main(authority: str, *names: str) -> None:
    """With the settings that each service itself reads."""
    settings = [(name, import_module(f"services.{name}.settings").Settings()) for name in names]
    configure_logging("rotate", settings[0][1].log_level)
    log.info("wrapped anew", **await rotate(authority, settings))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
