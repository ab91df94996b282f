"""One whole local portal put together: which parts it has, where they are, and what is written down about it."""

import json
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from commands.parts import broker, database, mail, ports, scanner, services
from commands.parts.instance import ROOT, Instance, State
from commands.parts.part import Part
from commands.parts.processes import birth
from commands.parts.secrets import Secrets, load
from commands.parts.services import Addresses, as_user, authorities_in
from commands.parts.supervisor import Supervisor
from contracts import registry

ENGINES = ("broker", "database", "scanner", "mail")
_PORTS_FILE = "ports.json"
_OTHER_PORTS = ("broker", "erlang", "epmd", "database", "scanner", "smtp", "mail")


@dataclass(frozen=True)
class Plan:
    """What will run and where, before anything does."""

    instance: Instance
    parts: tuple[Part, ...]
    addresses: Addresses
    secrets: Secrets
    authorities: tuple[str, ...]
    authorities_folder: Path
    mail_api: str
    notices: tuple[str, ...]

    def state(self, supervisor: Supervisor) -> State:
        """What `status`, `down` and the operators' commands read."""
        return {
            "pid": os.getpid(),
            "birth": birth(os.getpid()),
            "gateway": self.addresses.gateway,
            "amqp": {"url": self._amqp_as(registry.OPERATOR), "councils": self._councils()},
            "mongo": self.addresses.mongo,
            "mail": {"smtp": self.addresses.smtp, "api": self.mail_api},
            "scanner": self.addresses.clamd,
            "authorities": list(self.authorities),
            "brands": self._brands(),
            "parts": {
                name: _row(watched.part, watched.pid, watched.birth, watched.starts)
                for name, watched in supervisor.watched.items()
            },
        }

    def _councils(self) -> dict[str, dict[str, str]]:
        return {
            code: {"url": self._amqp_as(code), "client_id": code, "client_secret": self.secrets.client_secrets[code]}
            for code in self.authorities
        }

    def _brands(self) -> dict[str, str]:
        """Where a browser on this machine sees the pages under another council's name: `*.localhost` is loopback."""
        known = {code: json.loads((self.authorities_folder / f"{code}.json").read_text()) for code in self.authorities}
        local = {
            code: [host for host in one.get("hosts", ()) if host.endswith(".localhost")] for code, one in known.items()
        }
        return {code: self.addresses.gateway.replace("127.0.0.1", hosts[0]) for code, hosts in local.items() if hosts}

    def _amqp_as(self, user: str) -> str:
        if not self.addresses.has_broker_users:
            return self.addresses.amqp
        return as_user(self.addresses.amqp, user, self.secrets.passwords[user])


def plan(instance: Instance, *, gateway_port: int, replicas: int = 1, only: Sequence[str] = ()) -> Plan:
    """Decide everything: ports, addresses, secrets, parts. `only` leaves out the other parts (for tests)."""
    further = {services.replica(name, 1 + n): name for name in registry.names() for n in range(1, replicas)}
    wanted = set(only) or {*ENGINES, *registry.names(), *further}
    folder = ROOT / os.environ.get("PORTAL_AUTHORITIES_DIR", "deploy/authorities")
    authorities = authorities_in(folder)
    secrets = load(instance, authorities)
    port = _ports(instance, gateway_port, further)
    addresses = _addresses(port, further)
    engines = _engines(instance, port, wanted)
    leaned_on = tuple(part.name for part in engines if part.name in {"broker", "database"})
    own = services.parts(addresses, secrets, after=leaned_on, authorities=authorities)
    return Plan(
        instance=instance,
        parts=(*engines, *(part for part in own if part.name in wanted)),
        addresses=addresses,
        secrets=secrets,
        authorities=authorities,
        authorities_folder=folder,
        mail_api=os.environ.get("PORTAL_MAIL_API_URL") or f"http://127.0.0.1:{port['mail']}",
        notices=_notices(engines),
    )


def _addresses(port: Mapping[str, int], further: Mapping[str, str]) -> Addresses:
    """Where everything is: outside where a variable says so, else on our own ports."""
    amqp = os.environ.get("PORTAL_AMQP_URL")
    return Addresses(
        amqp=amqp or f"amqp://127.0.0.1:{port['broker']}/",
        mongo=os.environ.get("PORTAL_MONGO_URL") or f"mongodb://127.0.0.1:{port['database']}/?directConnection=true",
        smtp=os.environ.get("PORTAL_SMTP_URL") or f"smtp://127.0.0.1:{port['smtp']}",
        clamd=os.environ.get("PORTAL_CLAMD_URL") or f"tcp://127.0.0.1:{port['scanner']}",
        gateway=f"http://127.0.0.1:{port['gateway']}",
        services={name: f"http://127.0.0.1:{port[name]}" for name in registry.names()},
        replicas={name: (service, f"http://127.0.0.1:{port[name]}") for name, service in further.items()},
        is_broker_outside=bool(amqp),
        has_broker_users=not amqp or bool(os.environ.get("PORTAL_AMQP_API_URL")),
    )


def _engines(instance: Instance, port: Mapping[str, int], wanted: Collection[str]) -> list[Part]:
    """The local engines: those wanted for which no variable names another."""
    makers: dict[str, tuple[str, Callable[[], list[Part]]]] = {
        "broker": ("PORTAL_AMQP_URL", lambda: broker.parts(instance, port)),
        "database": ("PORTAL_MONGO_URL", lambda: [database.part(instance, port)]),
        "scanner": ("PORTAL_CLAMD_URL", lambda: [scanner.part(instance, port)]),
        "mail": ("PORTAL_SMTP_URL", lambda: [mail.part(instance, port)]),
    }
    return [
        part
        for name, (variable, make) in makers.items()
        if name in wanted and not os.environ.get(variable)
        for part in make()
    ]


def _ports(instance: Instance, gateway_port: int, further: Iterable[str]) -> dict[str, int]:
    before = instance.kept(_PORTS_FILE) or {}
    names = (*_OTHER_PORTS, *registry.stored(), *further)
    chosen = {**ports.pick(names, before), "gateway": gateway_port}
    instance.keep(_PORTS_FILE, chosen)
    return chosen


def _notices(engines: Sequence[Part]) -> tuple[str, ...]:
    has_scanner = any(part.name == "scanner" for part in engines)
    return (scanner.NOTICE,) if has_scanner and not scanner.has_signatures() else ()


def _row(part: Part, pid: int | None, birth: str | None, starts: int) -> dict[str, Any]:
    return {"url": part.url, "probe": part.probe, "pid": pid, "birth": birth, "restarts": max(starts - 1, 0)}
