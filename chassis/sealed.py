"""What one service says to one other, unreadable to whatever lies between: broker, journals, queues, backups."""

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from chassis.settings import key_bytes

_NONCE_BYTES = 12


class Seal:
    """AES-256-GCM with a key that both hold. What was sealed about one thing opens for no other."""

    def __init__(self, key: SecretStr) -> None:
        self._cipher = AESGCM(key_bytes(key))

    def close(self, text: str, about: str) -> str:
        """The text, sealed."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return base64.urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, text.encode(), about.encode())).decode()

    def open(self, sealed: str, about: str) -> str:
        """The text; ValueError for what was sealed with another key or about something else."""
        raw = base64.urlsafe_b64decode(sealed)
        try:
            return self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], about.encode()).decode()
        except InvalidTag as error:
            raise ValueError("sealed with another key, or about something else") from error
