"""An authenticator in software: makes passkeys and signs with them as a phone or a security key does (WebAuthn)."""

import base64
import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

_PRESENT, _VERIFIED, _HAS_KEY = 0x01, 0x04, 0x40


def text_of(raw: bytes) -> str:
    """Unpadded base64url."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@dataclass
class Authenticator:
    """Holds one passkey. What it says about itself and its browser can be made a lie, field by field."""

    origin: str = "https://bristol.portal.example"
    host: str = "bristol.portal.example"
    is_verified: bool = True
    """Whether it has seen its owner's finger, face or PIN."""
    count: int = 0
    """How often it was used; an authenticator that does not count says 0 for ever."""
    counts: bool = True
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))
    user: str = ""

    def make(self, options: str) -> str:
        """A passkey for these options, as a browser posts it."""
        asked: dict[str, Any] = json.loads(options)
        self.user = asked["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        key = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + cbor2.dumps(cose)
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": self._data(_HAS_KEY) + key})
        return self._posted(self._client("webauthn.create", asked), attestationObject=text_of(made))

    def sign(self, options: str, *, challenge: str = "") -> str:
        """The passkey's answer to these options; to another challenge where one is given."""
        asked: dict[str, Any] = json.loads(options)
        if self.counts:
            self.count += 1
        client, data = (
            self._client("webauthn.get", {**asked, "challenge": challenge or asked["challenge"]}),
            self._data(),
        )
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        said = {"authenticatorData": text_of(data), "signature": text_of(signature), "userHandle": self.user}
        return self._posted(client, **said)

    def copy(self) -> "Authenticator":
        """What somebody has who got its key out."""
        return Authenticator(
            self.origin, self.host, self.is_verified, self.count, self.counts, self.key, self.credential_id, self.user
        )

    def _client(self, kind: str, asked: dict[str, Any]) -> bytes:
        """What the browser adds: where the page was."""
        return json.dumps({"type": kind, "challenge": asked["challenge"], "origin": self.origin}).encode()

    def _data(self, flags: int = 0) -> bytes:
        flags |= _PRESENT | (_VERIFIED if self.is_verified else 0)
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _posted(self, client: bytes, **said: str) -> str:
        raw = text_of(self.credential_id)
        response = {"clientDataJSON": text_of(client), **said}
        return json.dumps({"id": raw, "rawId": raw, "type": "public-key", "response": response})
