"""What stands before any container: an engine, and the secrets of a deployment."""

import base64
import hashlib
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from commands.containers import engine
from commands.environment import environment
from commands.parts.trouble import Trouble
from contracts.registry import SERVICES


def raw(key: str) -> bytes:
    return base64.urlsafe_b64decode(key + "=")


def test_without_an_engine_it_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    with pytest.raises(Trouble, match="Start one") as told:
        engine()
    assert "DOCKER_HOST" in str(told.value)


@pytest.mark.parametrize("signer", [service.name for service in SERVICES if service.signs])
def test_a_public_key_belongs_to_its_private_one(signer: str) -> None:
    made = environment(["bristol"], "http://localhost:8000")
    private = Ed25519PrivateKey.from_private_bytes(raw(made[f"{signer.upper()}_SIGNING_KEY"]))
    assert private.public_key().public_bytes_raw() == raw(made[f"{signer.upper()}_PUBLIC_KEY"])


def test_auth_gets_the_hashes_of_the_councils_secrets_only() -> None:
    made = environment(["bristol", "oxfordshire"], "http://localhost:8000")
    secrets, kept = json.loads(made["COUNCIL_CLIENT_SECRETS"]), json.loads(made["AUTH_COUNCIL_CLIENTS"])
    for code, secret in secrets.items():
        assert kept[code] == {
            "client_id": code,
            "client_secret_sha256": hashlib.sha256(secret.encode()).hexdigest(),
        }


def test_no_two_deployments_share_a_secret() -> None:
    first, second = (environment(["bristol"], "http://localhost:8000") for _ in range(2))
    same = {name for name in first if first[name] == second[name]}
    assert same == {"PORTAL_ENV", "PORTAL_PUBLIC_URL"}
