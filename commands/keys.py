"""Wrapping keys: a new one for an authority, with which all of its data keys are wrapped anew. Content stays as it is.

It runs beside traffic, and goes on where one that was cut off has stopped.
"""

import argparse
import asyncio
from contextlib import ExitStack

from pydantic import SecretStr

from chassis.database import Database
from chassis.keys import NEWEST_SECONDS, EnvironmentWrapping, KeyRing
from commands.parts.instance import Instance
from commands.parts.options import Options
from contracts import registry


def describe(parser: argparse.ArgumentParser) -> None:
    """`./portal keys rotate --authority CODE`."""
    options = Options(parser)
    rotate = options.verb("rotate", "wrap the data keys of an authority anew, in every service")
    rotate.add_argument("--authority", required=True, help="whose keys")


def run(arguments: argparse.Namespace) -> int:
    """Rotate, and print how many keys each service had."""
    instance = Instance(arguments.data)
    state, keys = instance.running(), instance.kept("secrets.json")["keys"]
    for name, count in asyncio.run(_rotate(state["mongo"], keys, arguments.authority)).items():
        print(f"{name}: {count} wrapped anew")
    return 0


async def _rotate(mongo: str, keys: dict[str, str], authority: str) -> dict[str, int]:
    with ExitStack() as closing:
        rings = {name: _ring(mongo, name, keys, closing) for name in registry.stored()}
        counts = {name: await ring.rotate(authority) for name, ring in rings.items()}
        # Processes that have not heard of the new key yet wrap with the old one for some seconds more.
        await asyncio.sleep(NEWEST_SECONDS + 1)
        return {name: counts[name] + await ring.catch_up(authority) for name, ring in rings.items()}


def _ring(mongo: str, name: str, keys: dict[str, str], closing: ExitStack) -> KeyRing:
    service = registry.named(name)
    database = Database.open(mongo, service.database)
    closing.callback(database.close)
    return KeyRing(database, EnvironmentWrapping(SecretStr(keys[service.variable("master_keys")]), database))
