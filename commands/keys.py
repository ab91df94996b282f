"""Wrapping keys: a new one for an authority, with which all of its data keys are wrapped anew. Content stays as it is.

It runs beside traffic, and goes on where one that was cut off has stopped. In a container: `python -m chassis.rotate`.
Where a key service has the wrapping keys, its address and token stand in the environment, as for `./portal up`.
"""

import argparse
import asyncio
import os

from pydantic import SecretStr

from chassis.rotate import rotate
from chassis.settings import StoredServiceSettings
from commands.parts.instance import Instance
from commands.parts.options import Options
from commands.parts.secrets import keys_of
from contracts import registry


def describe(parser: argparse.ArgumentParser) -> None:
    """`./portal keys rotate --authority CODE`."""
    options = Options(parser)
    verb = options.verb("rotate", "wrap the data keys of an authority anew, in every service")
    verb.add_argument("--authority", required=True, help="whose keys")


def run(arguments: argparse.Namespace) -> int:
    """Rotate, and print how many keys each service had."""
    instance = Instance(arguments.data)
    services = [(name, service_settings(instance, name)) for name in registry.stored()]
    for name, count in asyncio.run(rotate(arguments.authority, services)).items():
        print(f"{name}: {count} wrapped anew")
    return 0


def service_settings(instance: Instance, name: str) -> StoredServiceSettings:
    """A running service's, as far as they are about the database."""
    service, keys = registry.named(name), keys_of(instance)
    return StoredServiceSettings(
        mongo_url=SecretStr(instance.running()["mongo"]),
        mongo_database=service.database,
        amqp_url=SecretStr(""),
        events_key=SecretStr(keys["EVENTS_KEY"]),
        master_keys=SecretStr(keys[service.variable("master_keys")]),
        keys_url=os.environ.get(service.variable("keys_url"), ""),
        keys_token=SecretStr(os.environ.get(service.variable("keys_token"), "")),
    )
