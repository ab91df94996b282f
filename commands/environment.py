"""Makes the secrets of a deployment by containers and prints them as an environment file; keeps nothing itself.

    python -m commands.environment [PUBLIC_URL] >.env

Each run makes new ones. Not here: where each goes (compose.yaml); the local mode's secrets (commands.parts.secrets).
"""

import base64
import hashlib
import json
import secrets
import sys
from collections.abc import Iterable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.authorities import Authorities
from commands.topology import LISTENING_SERVICES

SIGNERS = ("gateway", "auth", "tasks", "files")


def password() -> str:
    """Safe in a URL, a shell and JSON."""
    return secrets.token_urlsafe(32)


def base64url(raw: bytes) -> str:
    """As the services read keys."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def key_pair(signer: str) -> dict[str, str]:
    """An Ed25519 pair: the private half for the signer, the public one for those who check."""
    key = Ed25519PrivateKey.generate()
    return {
        f"{signer.upper()}_SIGNING_KEY": base64url(key.private_bytes_raw()),
        f"{signer.upper()}_PUBLIC_KEY": base64url(key.public_key().public_bytes_raw()),
    }


def council_secrets(codes: Iterable[str]) -> dict[str, str]:
    """What each council signs in with; auth gets the hash of its client secret only."""
    clients = {code: password() for code in codes}
    kept = {
        code: {"client_id": code, "client_secret_sha256": hashlib.sha256(secret.encode()).hexdigest()}
        for code, secret in clients.items()
    }
    return {
        "COUNCIL_AMQP_PASSWORDS": json.dumps({code: password() for code in clients}),
        "COUNCIL_CLIENT_SECRETS": json.dumps(clients),
        "AUTH_COUNCIL_CLIENTS": json.dumps(kept),
    }


def environment(codes: Iterable[str], public_url: str) -> dict[str, str]:
    """Every variable that compose.yaml asks for."""
    return {
        "PORTAL_PUBLIC_URL": public_url,
        # Over http it is a trial on one machine: production refuses that.
        "PORTAL_ENV": "production" if public_url.startswith("https://") else "local",
        "MONGO_ROOT_PASSWORD": password(),
        "MONGO_REPLICA_SET_KEY": secrets.token_hex(32),  # mongod takes base64's characters only
        **{f"{name.upper()}_MONGO_PASSWORD": password() for name in LISTENING_SERVICES},
        **{f"{name.upper()}_AMQP_PASSWORD": password() for name in LISTENING_SERVICES},
        "OPERATOR_AMQP_PASSWORD": password(),
        **{name: value for signer in SIGNERS for name, value in key_pair(signer).items()},
        "AUTH_SECRET": base64url(secrets.token_bytes(32)),
        "CODE_KEY": base64url(secrets.token_bytes(32)),
        "GATEWAY_SECRET": base64url(secrets.token_bytes(32)),
        **council_secrets(codes),
    }


if __name__ == "__main__":
    address = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000"
    authorities = Authorities.load(Path("deploy/authorities"))
    for name, value in environment([authority.code for authority in authorities], address).items():
        print(f"{name}='{value}'" if value.startswith("{") else f"{name}={value}")
