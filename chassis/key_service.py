"""Wrapping keys in a key service that speaks the HTTP interface of Vault's transit engine: they never come here."""

import base64
from typing import Any

import aiohttp
import orjson
from pydantic import SecretStr

from chassis.documents import Key
from chassis.errors import TryLater
from chassis.sealing import NotOpened
from chassis.wrapping import Newest

_SECONDS = 5
_AGAIN_SECONDS = 5
_REFUSED, _UNKNOWN = 400, 404
_NEVER_USED = "v.000000"
"""Before the first version, which the first wrap makes."""


class _NoSuchKey(TryLater):
    """The key service answers, and knows no such key; or nothing at all at such an address."""


class KeyServiceWrapping:
    """A key of the key service for each authority, named `<service>-<authority>`; the first use makes it."""

    def __init__(self, url: str, token: SecretStr, service: str) -> None:
        self._url = url.rstrip("/")
        self._headers = {"X-Vault-Token": token.get_secret_value()}
        self._service = service
        self._newest = Newest(self._look)
        self._session: aiohttp.ClientSession | None = None

    async def wrap(self, key: Key, raw: bytes) -> str:
        """With the newest version."""
        name = self._name(key.authority)
        said = await self._ask("POST", f"encrypt/{name}", plaintext=_base64(raw), associated_data=_about(key))
        ciphertext = str(said["ciphertext"])
        return f"{_known_as(int(ciphertext.split(':')[1][1:]))}:{ciphertext}"

    async def unwrap(self, key: Key, wrapped: str) -> bytes:
        """With any version that the key service still gives."""
        name, ciphertext = self._name(key.authority), wrapped.partition(":")[2]
        said = await self._ask("POST", f"decrypt/{name}", ciphertext=ciphertext, associated_data=_about(key))
        return base64.b64decode(said["plaintext"])

    async def newest(self, authority: str) -> str:
        """As the key service says, which knows no key that nothing was wrapped with."""
        known_as = await self._newest.of(authority)
        if known_as == _NEVER_USED:
            self._newest.forget(authority)
        return known_as

    async def _look(self, authority: str) -> str:
        try:
            said = await self._ask("GET", f"keys/{self._name(authority)}")
        except _NoSuchKey:
            return _NEVER_USED
        return _known_as(int(said["latest_version"]))

    async def turn(self, authority: str) -> None:
        """One version more; there is nothing to replace where nothing was ever wrapped."""
        if await self.newest(authority) != _NEVER_USED:
            await self._ask("POST", f"keys/{self._name(authority)}/rotate")
            self._newest.forget(authority)

    async def close(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()

    async def _ask(self, method: str, path: str, **body: str) -> dict[str, Any]:
        """TryLater where nobody answers in time, or it may not be asked; NotOpened where the key service refuses."""
        self._session = self._session or aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_SECONDS))
        address = f"{self._url}/{path}"
        try:
            async with self._session.request(method, address, headers=self._headers, json=body or None) as answer:
                if answer.status == _REFUSED:
                    raise NotOpened("the key service refuses it")
                answer.raise_for_status()
                said = await answer.read()
                return dict(orjson.loads(said)["data"]) if said else {}
        except aiohttp.ClientResponseError as error:
            outcome = _NoSuchKey if error.status == _UNKNOWN else TryLater
            raise outcome(_AGAIN_SECONDS, f"the key service answers {error.status}") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise TryLater(_AGAIN_SECONDS, "the key service does not answer") from error

    def _name(self, authority: str) -> str:
        return f"{self._service}-{authority}"


def _known_as(version: int) -> str:
    """In the order of versions."""
    return f"v.{version:06}"


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _about(key: Key) -> str:
    return _base64("\x1f".join(key).encode())
