"""The registry of services: an entry for each, from which follows whatever lists them (ADR 0035).

Broker users, databases, keys, settings, status, the gateway's feed for councils: all read this. It imports nothing,
so that every part may import it. What a service does stands in its card, `services/<name>/__init__.py`.
"""

from dataclasses import dataclass

OPERATOR = "portal-operator"
"""The broker user that replays dead letters."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service, as those around it need to know it."""

    name: str
    """One word of a to z: its package, its user, the beginning of its queues, its settings' prefix in capitals."""
    is_stored: bool = True
    """Has a database and a broker user, and the gateway in front: all but the gateway itself."""
    signs: bool = False
    """Has a key pair, for the setting `signing_key`."""
    trusts: tuple[str, ...] = ("gateway",)
    """Whose signatures it checks: a setting `<name>_public_key` for each."""
    tells_councils: bool = False
    """Publishes messages of `contracts.portal`: the gateway asks it on behalf of councils that poll."""
    secrets: tuple[str, ...] = ()
    """Settings that are 32 random bytes, known to no other service."""
    shared_secrets: tuple[str, ...] = ()
    """Settings that are 32 random bytes, known to each service that names them here."""
    surroundings: tuple[str, ...] = ()
    """Settings that say what is around it, as `commands.parts.services` knows for this machine."""

    @property
    def database(self) -> str:
        """Its own, which no other service reaches."""
        return f"portal_{self.name}"

    def variable(self, setting: str) -> str:
        """The environment variable of one of its settings."""
        return f"{self.name}_{setting}".upper()

    @property
    def keys(self) -> dict[str, str]:
        """For each variable that holds a key or a secret, the name that this has in a deployment."""
        own = (*self.secrets, *(("signing_key",) if self.signs else ()), *(("master_keys",) if self.is_stored else ()))
        shared = (*self.shared_secrets, *(("events_key",) if self.is_stored else ()))
        return {
            **{self.variable(setting): self.variable(setting) for setting in own},
            **{self.variable(setting): setting.upper() for setting in shared},
            **{self.variable(setting): setting.upper() for setting in (f"{name}_public_key" for name in self.trusts)},
        }


SERVICES: tuple[Service, ...] = (
    Service(
        "auth",
        signs=True,
        tells_councils=True,
        secrets=("secret",),
        shared_secrets=("code_key",),
        surroundings=("council_clients",),
    ),
    Service("files", signs=True, trusts=("gateway", "tasks"), surroundings=("clamd_url",)),
    Service("forms", trusts=("gateway", "tasks", "files"), tells_councils=True, surroundings=("public_url",)),
    Service(
        "notify",
        tells_councils=True,
        secrets=("index_key",),
        shared_secrets=("code_key",),
        surroundings=("smtp_url", "public_url"),
    ),
    Service("tasks", signs=True, tells_councils=True, secrets=("index_key",)),
    Service(
        "gateway",
        is_stored=False,
        signs=True,
        trusts=("auth",),
        secrets=("secret",),
        surroundings=("public_url", "default_authority", "service_urls"),
    ),
)


def names() -> tuple[str, ...]:
    """All of them."""
    return tuple(service.name for service in SERVICES)


def named(name: str) -> Service:
    """The entry of one."""
    return next(service for service in SERVICES if service.name == name)


def stored() -> tuple[str, ...]:
    """The services with a database and a broker user: those behind the gateway."""
    return tuple(service.name for service in SERVICES if service.is_stored)


def telling_councils() -> tuple[str, ...]:
    """The services whose messages go to councils."""
    return tuple(service.name for service in SERVICES if service.tells_councils)


def broker_users() -> tuple[str, ...]:
    """Those who speak for the portal at the broker; each council has a user besides, named by its code."""
    return (*stored(), OPERATOR)
