"""The six services as parts: which process, with which settings. What they do is their own."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from commands.parts.instance import ROOT
from commands.parts.part import Part
from commands.parts.secrets import Secrets, digest

STORED = ("auth", "tasks", "forms", "notify", "files")
SERVICES = (*STORED, "gateway")

_BEHIND_THE_GATEWAY = ("auth", "tasks", "forms", "files", "notify")

# By service and variable: whose key.
_KEYS = {
    "auth": {"SIGNING_KEY": "auth", "GATEWAY_PUBLIC_KEY": "gateway"},
    "tasks": {"SIGNING_KEY": "tasks", "GATEWAY_PUBLIC_KEY": "gateway"},
    "forms": {"GATEWAY_PUBLIC_KEY": "gateway", "TASKS_PUBLIC_KEY": "tasks", "FILES_PUBLIC_KEY": "files"},
    "files": {"SIGNING_KEY": "files", "GATEWAY_PUBLIC_KEY": "gateway", "TASKS_PUBLIC_KEY": "tasks"},
    "notify": {"GATEWAY_PUBLIC_KEY": "gateway"},
    "gateway": {"SIGNING_KEY": "gateway", "AUTH_PUBLIC_KEY": "auth"},
}

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
    is_broker_outside: bool
    has_broker_users: bool
    """Each service and each council signs in to the broker as itself: always, but on a broker that we cannot set up."""


def parts(
    addresses: Addresses, secrets: Secrets, *, after: tuple[str, ...], authorities: tuple[str, ...]
) -> list[Part]:
    """One uvicorn process a service."""
    return [
        Part(
            name=name,
            command=_command(name, urlsplit(addresses.services[name]).port or 0),
            url=addresses.services[name],
            probe=f"{addresses.services[name]}/readyz",
            cwd=ROOT,
            environment=environment(name, addresses, secrets, authorities),
            after=after,
            drain_seconds=_DRAIN_SECONDS,
        )
        for name in SERVICES
    ]


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
    prefix = name.upper()
    settings = {**_keys(name, secrets), **_own_settings(name, addresses, secrets, authorities)}
    if name in STORED:
        amqp = as_user(addresses.amqp, name, secrets.passwords[name]) if addresses.has_broker_users else addresses.amqp
        settings |= {"MONGO_URL": addresses.mongo, "MONGO_DATABASE": f"portal_{name}", "AMQP_URL": amqp}
    return {
        # Motor's threads would each keep an arena of their own, and what hashing and PDFs took would not be given back.
        "MALLOC_ARENA_MAX": "2",
        "MALLOC_MMAP_THRESHOLD_": "131072",
        "MALLOC_TRIM_THRESHOLD_": "131072",
        **{f"{prefix}_{key}": value for key, value in settings.items()},
    }


def _keys(name: str, secrets: Secrets) -> dict[str, str]:
    """The signing key of a service, and the public keys of those whose word it takes."""
    return {
        variable: (secrets.signing_keys if variable == "SIGNING_KEY" else secrets.public_keys)[signer]
        for variable, signer in _KEYS[name].items()
    }


def _own_settings(name: str, addresses: Addresses, secrets: Secrets, authorities: tuple[str, ...]) -> dict[str, str]:
    """What only this service needs, beside its keys."""
    match name:
        case "auth":
            clients = json.dumps(_clients(secrets, authorities))
            return {"SECRET": secrets.auth_secret, "CODE_KEY": secrets.code_key, "COUNCIL_CLIENTS": clients}
        case "forms":
            return {"PUBLIC_URL": addresses.gateway}
        case "files":
            return {"CLAMD_URL": addresses.clamd}
        case "notify":
            return {"SMTP_URL": addresses.smtp, "PUBLIC_URL": addresses.gateway, "CODE_KEY": secrets.code_key}
        case "gateway":
            urls = {f"{service.upper()}_URL": addresses.services[service] for service in _BEHIND_THE_GATEWAY}
            own = {"SECRET": secrets.gateway_secret, "PUBLIC_URL": addresses.gateway, "DEFAULT_AUTHORITY": "bristol"}
            return {**urls, **own}
        case _:
            return {}


def _clients(secrets: Secrets, authorities: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """The councils' API clients; auth gets their secrets' hashes only."""
    return {
        code: {"client_id": code, "client_secret_sha256": digest(secrets.client_secrets[code])} for code in authorities
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
