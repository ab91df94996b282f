"""The secrets of one local portal: made once, kept for the owner only in its data directory. Never for production."""

import base64
import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from commands.parts.instance import Instance
from contracts import registry

_FILE = "secrets.json"


@dataclass(frozen=True)
class Secrets:
    """Passwords by broker user, keys by the names that the registry gives them, clients' secrets by authority."""

    passwords: dict[str, str]
    keys: dict[str, str]
    client_secrets: dict[str, str]


def load(instance: Instance, authorities: Iterable[str]) -> Secrets:
    """Return the instance's secrets, making what is not there yet."""
    before = instance.kept(_FILE) or {}
    codes = list(authorities)
    complete = Secrets(
        passwords=_with(before.get("passwords", {}), (*registry.broker_users(), *codes)),
        keys=with_keys(before.get("keys", {})),
        client_secrets=_with(before.get("client_secrets", {}), codes),
    )
    if asdict(complete) != before:
        instance.keep(_FILE, asdict(complete))
    return complete


def keys_of(instance: Instance) -> dict[str, str]:
    """The keys of an instance that has been started, by the names that the registry gives them."""
    return dict(instance.kept(_FILE)["keys"])


def council_clients(secrets_of: Mapping[str, str]) -> str:
    """Auth's setting of that name: by authority, the client, and of its secret the hash only."""
    return json.dumps(
        {
            code: {"client_id": code, "client_secret_sha256": hashlib.sha256(secret.encode()).hexdigest()}
            for code, secret in secrets_of.items()
        }
    )


def with_keys(known: Mapping[str, str]) -> dict[str, str]:
    """Every key and secret that the services of the registry need, by name; those that are known stay."""
    made = dict(known)
    for service in registry.SERVICES:
        if service.signs and service.variable("signing_key") not in made:
            private, public = _key_pair()
            made |= {service.variable("signing_key"): private, service.variable("public_key"): public}
    for service in registry.SERVICES:
        for name in service.keys.values():
            if name not in made:
                made[name] = base64url(secrets.token_bytes(32))
    return made


def _key_pair() -> tuple[str, str]:
    """An Ed25519 pair: the private half for the signer, the public one for those who check."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 - 10 MB, needed once
        Ed25519PrivateKey,
    )

    key = Ed25519PrivateKey.generate()
    return base64url(key.private_bytes_raw()), base64url(key.public_key().public_bytes_raw())


def _with(known: dict[str, str], names: Iterable[str]) -> dict[str, str]:
    return {**{name: secrets.token_urlsafe(24) for name in names if name not in known}, **known}


def base64url(raw: bytes) -> str:
    """As the services read keys."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
