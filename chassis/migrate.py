"""`python -m chassis.migrate SERVICE`: the migrations of one service, for a container that runs before the new ones."""

import asyncio
import sys
from importlib import import_module

from chassis.database import Database
from chassis.keys import KeyRing
from chassis.migrations import Stored, migrate
from chassis.telemetry import configure_logging
from chassis.wrapping import wrapping_of


async def main(service: str) -> None:
    """With the settings that the service itself reads."""
    settings = import_module(f"services.{service}.settings").Settings()
    configure_logging(service, settings.log_level)
    database = Database.open(settings.mongo_url.get_secret_value(), settings.mongo_database)
    try:
        stored = Stored(database, KeyRing(database, wrapping_of(settings, service, database)), settings)
        await migrate(service, stored, import_module(f"services.{service}.migrations").migrations)
    finally:
        database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
