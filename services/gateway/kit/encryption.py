"""What a browser keeps for the gateway, encrypted and authenticated; and tokens that bind forms to it."""

import base64
import hashlib
import hmac
import json
import secrets
import zlib
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis import clock

_NONCE_BYTES = 12
_LARGEST = 8 * 1024 * 1024


class CookieEncryptor:
    """One secret, several uses, each with a key of its own."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(hmac.digest(secret, b"portal seal", hashlib.sha256))
        self._forms = hmac.digest(secret, b"portal forms", hashlib.sha256)
        self._unsaved = hmac.digest(secret, b"portal unsaved", hashlib.sha256)

    def encrypt(self, purpose: str, content: dict[str, Any]) -> str:
        """The content as text that only this gateway can decrypt, for that purpose."""
        body = zlib.compress(json.dumps({**content, "at": clock.now().timestamp()}).encode())
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return base64.urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, body, purpose.encode())).decode()

    def decrypt(self, purpose: str, text: str, max_seconds: int) -> dict[str, Any] | None:
        """The content; None for what is forged, for another purpose, or too old."""
        try:
            raw = base64.urlsafe_b64decode(text)
            body = self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], purpose.encode())
            content: dict[str, Any] = json.loads(zlib.decompressobj().decompress(body, _LARGEST))
        except (ValueError, InvalidTag, zlib.error):
            return None
        return content if clock.now().timestamp() - content["at"] <= max_seconds else None

    def token(self, *parts: str) -> str:
        """A token that belongs to these parts and to nothing else."""
        return base64.urlsafe_b64encode(
            hmac.digest(self._forms, "\0".join(parts).encode(), hashlib.sha256)[:24]
        ).decode()

    def verify_token(self, token: str, *parts: str, size: int = 32) -> bool:
        """Whether a token, or its first `size` characters, belongs to these parts."""
        return hmac.compare_digest(token.encode(errors="replace"), self.token(*parts)[:size].encode())

    def unsaved_key(self, account_id: str) -> str:
        """The key under which a person's browser keeps what is not saved yet: theirs at every sign-in, nobody else's.

        32 bytes as unpadded base64url: pages give it to the script of a signed-in person, who alone can read it.
        """
        key = hmac.digest(self._unsaved, account_id.encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(key).decode().rstrip("=")
