"""Makes the secrets of a deployment by containers and prints them as an environment file; keeps nothing itself.

    python -m commands.environment [PUBLIC_URL] >.env

Each run makes new ones. Not here: where each goes (compose.yaml); the local mode's secrets (commands.parts.secrets).
"""

import json
import secrets
import sys
from collections.abc import Iterable
from pathlib import Path

from chassis.authorities import Authorities
from commands.parts.secrets import council_clients, with_keys
from contracts.registry import stored


def password() -> str:
    """Safe in a URL, a shell and JSON."""
    return secrets.token_urlsafe(32)


def council_secrets(codes: Iterable[str]) -> dict[str, str]:
    """What each council signs in with; auth gets the hash of its client secret only."""
    clients = {code: password() for code in codes}
    return {
        "COUNCIL_AMQP_PASSWORDS": json.dumps({code: password() for code in clients}),
        "COUNCIL_CLIENT_SECRETS": json.dumps(clients),
        "AUTH_COUNCIL_CLIENTS": council_clients(clients),
    }


def environment(codes: Iterable[str], public_url: str) -> dict[str, str]:
    """Every variable that compose.yaml asks for."""
    return {
        "PORTAL_PUBLIC_URL": public_url,
        # Over http it is a trial on one machine: production refuses that.
        "PORTAL_ENV": "production" if public_url.startswith("https://") else "local",
        "MONGO_ROOT_PASSWORD": password(),
        "MONGO_REPLICA_SET_KEY": secrets.token_hex(32),  # mongod takes base64's characters only
        **{f"{name.upper()}_MONGO_PASSWORD": password() for name in stored()},
        **{f"{name.upper()}_AMQP_PASSWORD": password() for name in stored()},
        "OPERATOR_AMQP_PASSWORD": password(),
        **with_keys({}),
        **council_secrets(codes),
    }


if __name__ == "__main__":
    address = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000"
    authorities = Authorities.load(Path("deploy/authorities"))
    for name, value in environment(authorities.codes, address).items():
        print(f"{name}='{value}'" if value.startswith("{") else f"{name}={value}")
