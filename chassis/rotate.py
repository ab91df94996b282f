"""`python -m chassis.rotate AUTHORITY SERVICE...`: new wrapping keys, beside traffic (ADR 0038)."""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from importlib import import_module

from chassis.keys import opened_outside
from chassis.settings import StoredServiceSettings
from chassis.telemetry import configure_logging, log
from chassis.wrapping import NEWEST_SECONDS


async def rotate(authority: str, services: Sequence[tuple[str, StoredServiceSettings]]) -> dict[str, int]:
    """Wraps an authority's data keys anew in each of these services; how many each had."""
    async with AsyncExitStack() as closing:
        rings = {name: (await opened_outside(name, settings, closing))[1] for name, settings in services}
        counts = {name: await ring.rotate(authority) for name, ring in rings.items()}
        # Processes that have not heard of the new key yet wrap with the old one for some seconds more.
        await asyncio.sleep(NEWEST_SECONDS + 1)
        return {name: counts[name] + await ring.catch_up(authority) for name, ring in rings.items()}


async def main(authority: str, *names: str) -> None:
    """With the settings that each service itself reads."""
    settings = [(name, import_module(f"services.{name}.settings").Settings()) for name in names]
    configure_logging("rotate", settings[0][1].log_level)
    log.info("wrapped anew", **await rotate(authority, settings))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
