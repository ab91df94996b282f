"""The secrets of one local portal: made once, kept for the owner only in its data directory. Never for production."""

import base64
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from commands.parts.instance import Instance

SIGNERS = ("gateway", "tasks", "files", "auth")
SERVICE_USERS = ("auth", "tasks", "forms", "notify", "files")
OPERATOR = "portal-operator"
_FILE = "secrets.json"


@dataclass(frozen=True)
class Secrets:
    """Passwords by broker user, key pairs by signer, council clients' secrets by authority."""

    passwords: dict[str, str]
    signing_keys: dict[str, str]
    public_keys: dict[str, str]
    client_secrets: dict[str, str]
    auth_secret: str
    code_key: str
    gateway_secret: str


def load(instance: Instance, authorities: Iterable[str]) -> Secrets:
    """Return the instance's secrets, making what is not there yet."""
    before = instance.kept(_FILE)
    known = Secrets(**{"code_key": _random(), **before}) if before else _new()
    codes = list(authorities)
    complete = Secrets(
        passwords=_with(known.passwords, (OPERATOR, *SERVICE_USERS, *codes)),
        signing_keys=known.signing_keys,
        public_keys=known.public_keys,
        client_secrets=_with(known.client_secrets, codes),
        auth_secret=known.auth_secret,
        code_key=known.code_key,
        gateway_secret=known.gateway_secret,
    )
    if asdict(complete) != before:
        instance.keep(_FILE, asdict(complete))
    return complete


def digest(secret: str) -> str:
    """The form in which auth keeps a council client's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _new() -> Secrets:
    pairs = {signer: _key_pair() for signer in SIGNERS}
    return Secrets(
        passwords={},
        signing_keys={signer: private for signer, (private, _) in pairs.items()},
        public_keys={signer: public for signer, (_, public) in pairs.items()},
        client_secrets={},
        auth_secret=_random(),
        code_key=_random(),
        gateway_secret=_random(),
    )


def _key_pair() -> tuple[str, str]:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 - 10 MB, needed once
        Ed25519PrivateKey,
    )

    key = Ed25519PrivateKey.generate()
    return _base64url(key.private_bytes_raw()), _base64url(key.public_key().public_bytes_raw())


def _with(known: dict[str, str], names: Iterable[str]) -> dict[str, str]:
    return {**{name: secrets.token_urlsafe(24) for name in names if name not in known}, **known}


def _random() -> str:
    return _base64url(secrets.token_bytes(32))


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
