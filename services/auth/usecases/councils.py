"""Councils' own programs: client credentials in, a short-lived token for the gateway's council door out."""

import hashlib
import hmac
from collections.abc import Mapping

from chassis.security import record
from chassis.tokens import Signer
from services.auth.model import refusals
from services.auth.model.council import CouncilClient

LIFETIME_SECONDS = 15 * 60


class CouncilTokenIssuer:
    """Knows every council's client, and signs what the gateway trusts."""

    def __init__(self, clients: Mapping[str, CouncilClient], signer: Signer) -> None:
        self._clients = dict(clients)
        self._signer = signer

    def token(self, client_id: str, client_secret: str, client: str) -> str:
        """A bearer token for the authority whose client this is. Every client is compared, so time tells nothing."""
        fits = [code for code, client in self._clients.items() if _is_client(client, client_id, client_secret)]
        if len(fits) != 1:
            record("council.token", "failed", client=client)
            raise refusals.unknown_client()
        record("council.token", "ok", authority=fits[0], client=client)
        claims = {"sub": client_id, "kind": "council", "authority": fits[0]}
        return self._signer.sign(claims, audience="gateway", seconds=LIFETIME_SECONDS)


def _is_client(client: CouncilClient, client_id: str, client_secret: str) -> bool:
    secret_hash = hashlib.sha256(client_secret.encode()).hexdigest()
    right_id = hmac.compare_digest(client.client_id.encode(), client_id.encode())
    right_secret = hmac.compare_digest(client.client_secret_sha256, secret_hash)
    return right_id and right_secret
