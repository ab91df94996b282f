"""What services say to one another, unreadable to whatever lies between: broker, journals, queues, backups."""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Self

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwe
from joserfc.jwk import JWKRegistry
from pydantic import SecretStr

from chassis import clock
from chassis.sealing import NotOpened, opened, sealed
from chassis.settings import key_bytes
from contracts.authority import Authority

_FIRST = b"\x00\x01"
"""What a sealed body begins with, and no JSON."""
_EPOCH = date(2020, 1, 1)
_DAY_BYTES = 2
_KEYS_KEPT = 1000
_TICKET_DIGITS = 32
DIGEST_TICKETS = "the way back from a digest"
"""What auth's tickets and notify's are for."""


def derived(key: bytes, purpose: str) -> bytes:
    """A key of 256 bits for this purpose alone (HKDF with SHA-256, RFC 5869)."""
    return HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(key)


class Seal:
    """What one service says to one other about one thing, an emailed code, or keeps for itself."""

    def __init__(self, key: SecretStr) -> None:
        self._cipher = AESGCM(key_bytes(key))

    @classmethod
    def of(cls, key: bytes) -> Self:
        """With a key that is derived from another one."""
        return cls(SecretStr(base64.urlsafe_b64encode(key).decode().rstrip("=")))

    def close(self, text: str, about: str) -> str:
        """The text, sealed. What was sealed about one thing opens for no other."""
        return base64.urlsafe_b64encode(sealed(self._cipher, text.encode(), about)).decode()

    def open(self, text: str, about: str) -> str:
        """The text; NotOpened for what was sealed with another key or about something else."""
        try:
            sealed_text = base64.urlsafe_b64decode(text)
        except ValueError as error:
            raise NotOpened(about) from error
        return opened(self._cipher, sealed_text, about).decode()


class Tickets:
    """What the address in an email says of an account, so that whoever was sent it may do one thing without a session.

    Services with the same key agree about them, and keep nothing for it.
    """

    def __init__(self, key: SecretStr, purpose: str) -> None:
        self._key = derived(key_bytes(key), purpose)

    def of(self, account_id: str) -> str:
        """The same for ever, and nobody's guess."""
        mark = hmac.new(self._key, account_id.encode(), hashlib.sha256).hexdigest()[:_TICKET_DIGITS]
        return f"{account_id}.{mark}"

    def read(self, ticket: str) -> str | None:
        """The account's id; None where nobody was sent this."""
        account_id = ticket.rpartition(".")[0]
        return account_id if hmac.compare_digest(self.of(account_id).encode(), ticket.encode()) else None


class BodySeal:
    """Bodies of messages, with a key for each authority and day: nobody distributes it, all derive it.

    A sealed body says of which authority and day it is, and opens only under the name that it was sealed for. The first
    key seals; after a comma may stand those that were it before, which open.
    """

    def __init__(self, keys: SecretStr) -> None:
        self._keys = [key_bytes(each) for each in keys.get_secret_value().split(",")]
        self._cipher = lru_cache(_KEYS_KEPT)(self._derived)

    def seal(self, body: bytes, authority: str, name: str) -> bytes:
        """The body of a message of this name, unreadable."""
        day = (clock.unmoved().date() - _EPOCH).days
        head = _FIRST + day.to_bytes(_DAY_BYTES, "big") + bytes([len(authority)]) + authority.encode()
        return head + sealed(self._cipher(self._keys[0], authority, day), body, f"{authority}\x1f{day}\x1f{name}")

    def open(self, body: bytes, name: str) -> bytes:
        """The body; one that is not sealed is as it came. NotOpened where it is not what was sealed for this name."""
        if not is_sealed(body):
            return body
        start = len(_FIRST) + _DAY_BYTES
        try:
            day, end = int.from_bytes(body[len(_FIRST) : start], "big"), start + 1 + body[start]
            authority = body[start + 1 : end].decode()
        except (IndexError, ValueError) as error:
            raise NotOpened(name) from error
        for key in self._keys:
            with suppress(NotOpened):
                return opened(self._cipher(key, authority, day), body[end:], f"{authority}\x1f{day}\x1f{name}")
        raise NotOpened(name)

    def opened(self, entry: Mapping[str, Any]) -> bytes:
        """The body of an outbox entry; versions before this one kept it as a text in clear."""
        body = entry["body"]
        return body.encode() if isinstance(body, str) else self.open(bytes(body), entry["type"])

    @staticmethod
    def _derived(key: bytes, authority: str, day: int) -> AESGCM:
        return AESGCM(derived(key, f"bodies\x1f{authority}\x1f{_EPOCH + timedelta(days=day)}"))


class CouncilSeal:
    """What councils are told over the broker: as JWE (RFC 7516) for those that have given a public key."""

    def __init__(self, authorities: Iterable[Authority]) -> None:
        self._keys = {each.code: JWKRegistry.import_key({**each.public_key}) for each in authorities if each.public_key}

    def close(self, body: bytes, authority: str) -> tuple[bytes, str]:
        """The body as this council gets it, and its content type."""
        key = self._keys.get(authority)
        if key is None:
            return body, "application/json"
        header = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM", "cty": "json", **({"kid": key.kid} if key.kid else {})}
        return jwe.encrypt_compact(header, body, key).encode(), "application/jose"


def is_sealed(body: bytes) -> bool:
    """Whether a body is one that `BodySeal` has sealed."""
    return body.startswith(_FIRST)
