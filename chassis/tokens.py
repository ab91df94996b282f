"""Signed statements between the portal's parts: identities, grants, manifests.

Ed25519 only (RFC 9864), short-lived, for one audience.
"""

import base64
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from pydantic import SecretStr

from chassis import clock
from chassis.errors import Unauthorised
from chassis.settings import key_bytes

_ALGORITHMS = ["Ed25519"]
_LEEWAY_SECONDS = 5
_MOST_KNOWN = 2000


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def public_key_of(private: SecretStr | str) -> str:
    """The public half of a private key, both as base64url."""
    return _base64url(Ed25519PrivateKey.from_private_bytes(key_bytes(private)).public_key().public_bytes_raw())


class Signer:
    """Signs claims for one issuer."""

    def __init__(self, private: SecretStr | str, issuer: str) -> None:
        self._issuer = issuer
        self._key = OKPKey.import_key(
            {"kty": "OKP", "crv": "Ed25519", "x": public_key_of(private), "d": _base64url(key_bytes(private))}
        )

    def sign(self, claims: dict[str, Any], *, audience: str, seconds: int) -> str:
        """A JWT for one audience that expires after `seconds`."""
        at = clock.now()
        times = {"iat": int(at.timestamp()), "exp": int((at + timedelta(seconds=seconds)).timestamp())}
        return jwt.encode(
            {"alg": "Ed25519"},
            {**claims, **times, "iss": self._issuer, "aud": audience},
            self._key,
            algorithms=_ALGORITHMS,
        )


class Verifier:
    """Verifies what one issuer signed for one audience; the same token's signature once, its time each time."""

    def __init__(self, public: SecretStr | str, *, issuer: str, audience: str) -> None:
        self._key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": _base64url(key_bytes(public))})
        self._expected = {"iss": issuer, "aud": audience}
        self._known: dict[str, Mapping[str, Any]] = {}

    def verify(self, token: str) -> Mapping[str, Any]:
        """The claims; Unauthorised for anything forged, foreign or expired."""
        claims = self._known.get(token) or self._verified(token)
        if claims.get("exp", 0) + _LEEWAY_SECONDS < clock.now().timestamp():
            self._known.pop(token, None)
            raise Unauthorised("token_expired", "The token has expired.")
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[token] = claims
        return claims

    def _verified(self, token: str) -> Mapping[str, Any]:
        try:
            claims = jwt.decode(token, self._key, algorithms=_ALGORITHMS).claims
        except (JoseError, ValueError) as error:
            raise Unauthorised("token_invalid", "The token cannot be verified.") from error
        if any(claims.get(name) != value for name, value in self._expected.items()):
            raise Unauthorised("token_invalid", "The token is for somebody else.")
        return MappingProxyType(claims)
