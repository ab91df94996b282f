"""The services as parts: which process, with which settings. Which there are is contracts.registry's to say."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from commands.parts import forked
from commands.parts.instance import ROOT
from commands.parts.part import Part
from commands.parts.secrets import Secrets, council_clients
from contracts import registry

# Longer than the chassis gives its handlers to end (25 seconds), shorter than a container platform waits to kill (30).
_DRAIN_SECONDS = 28


@dataclass(frozen=True)
class Addresses:
    """Where the parts are that services lean on."""

    amqp: str
    mongo: str
    smtp: str
    clamd: str
    gateway: str
    services: Mapping[str, str]
    """Of each, where the gateway finds it."""
    replicas: Mapping[str, tuple[str, str]]
    """Of further ones, by name: which service, and where. They take messages beside the first."""
    is_broker_outside: bool
    has_broker_users: bool
    """Each service and each council signs in to the broker as itself: always, but on a broker that we cannot set up."""


def parts(
    addresses: Addresses, secrets: Secrets, *, after: tuple[str, ...], authorities: tuple[str, ...]
) -> list[Part]:
    """One uvicorn process a service, and one for each further replica."""
    first = {name: (name, url) for name, url in addresses.services.items()}
    return [
        Part(
            name=name,
            command=_command(service, urlsplit(url).port or 0),
            url=url,
            probe=f"{url}/readyz",
            cwd=ROOT,
            environment=environment(service, addresses, secrets, authorities),
            after=after,
            drain_seconds=_DRAIN_SECONDS,
            is_forked=forked.IS_POSSIBLE,
        )
        for name, (service, url) in (first | dict(addresses.replicas)).items()
    ]


def replica(service: str, number: int) -> str:
    """The name of a service's second, third, ... replica."""
    return f"{service}-{number}"


def as_user(amqp: str, user: str, password: str) -> str:
    """The broker's address with other credentials."""
    parts = urlsplit(amqp)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(user, safe='')}:{quote(password, safe='')}@{host}"))


def authorities_in(folder: Path) -> tuple[str, ...]:
    """The codes of the authorities that a deployment's folder describes."""
    return tuple(sorted(path.stem for path in folder.glob("*.json")))


def environment(name: str, addresses: Addresses, secrets: Secrets, authorities: tuple[str, ...]) -> dict[str, str]:
    """The settings of one service."""
    service, around = registry.named(name), _surroundings(addresses, secrets, authorities)
    settings = {setting: around[setting] for setting in service.surroundings}
    if service.is_stored:
        amqp = as_user(addresses.amqp, name, secrets.passwords[name]) if addresses.has_broker_users else addresses.amqp
        settings |= {"mongo_url": addresses.mongo, "mongo_database": service.database, "amqp_url": amqp}
    return {
        **{service.variable(setting): value for setting, value in settings.items()},
        **{variable: secrets.keys[key] for variable, key in service.keys.items()},
    }


def _surroundings(addresses: Addresses, secrets: Secrets, authorities: tuple[str, ...]) -> dict[str, str]:
    """What a service may ask for in the registry, by the name of the setting."""
    return {
        "clamd_url": addresses.clamd,
        "council_clients": council_clients({code: secrets.client_secrets[code] for code in authorities}),
        "default_authority": "bristol",
        "public_url": addresses.gateway,
        "service_urls": json.dumps({name: addresses.services[name] for name in registry.stored()}),
        "smtp_url": addresses.smtp,
    }


def _command(name: str, port: int) -> tuple[str, ...]:
    options = {
        "--host": "127.0.0.1",
        "--port": str(port),
        "--log-level": "warning",
        "--http": "chassis.server:PatientHttp",
        "--timeout-graceful-shutdown": str(_DRAIN_SECONDS - 3),
    }
    return (
        *(sys.executable, "-m", "uvicorn", f"services.{name}.app:create_app", "--factory"),
        *(word for pair in options.items() for word in pair),
        # Nothing stands in front of a local gateway: a forwarded address would be a forged one.
        *("--no-access-log", "--no-server-header", "--no-proxy-headers"),
    )
