"""Councils' client credentials."""

import base64
import hashlib
import os

import pytest

from chassis.errors import Unauthorised
from chassis.tokens import Signer, Verifier, public_key_of
from services.auth.model.council import CouncilClient
from services.auth.usecases.councils import CouncilTokenIssuer

KEY = base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")


def client(client_id: str, secret: str) -> CouncilClient:
    return CouncilClient(client_id=client_id, client_secret_sha256=hashlib.sha256(secret.encode()).hexdigest())


ISSUER = CouncilTokenIssuer(
    {"bristol": client("bristol-cms", "one"), "oxfordshire": client("oxon-cms", "two")}, Signer(KEY, issuer="auth")
)


def test_the_token_names_the_authority_for_the_gateway_and_fifteen_minutes() -> None:
    claims = Verifier(public_key_of(KEY), issuer="auth", audience="gateway").verify(
        ISSUER.token("oxon-cms", "two", "a network")
    )
    assert claims["authority"] == "oxfordshire"
    assert claims["kind"] == "council"
    assert claims["exp"] - claims["iat"] == 15 * 60


@pytest.mark.parametrize(
    ("client_id", "secret"), [("bristol-cms", "two"), ("nobody", "one"), ("", ""), ("oxon-cms", "é")]
)
def test_other_credentials_are_refused(client_id: str, secret: str) -> None:
    with pytest.raises(Unauthorised) as refused:
        ISSUER.token(client_id, secret, "a network")
    assert refused.value.code == "invalid_client"
