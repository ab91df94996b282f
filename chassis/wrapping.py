"""Where the keys of authorities are, with which data keys are wrapped: the environment, or a key service (ADR 0038)."""

import base64
import hashlib
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from chassis.database import Database
from chassis.documents import Key
from chassis.sealing import NotOpened, opened, sealed
from chassis.settings import StoredServiceSettings, key_bytes
from chassis.shared_keys import derived

NEWEST_SECONDS = 10
"""For so long a process may go on wrapping with the key that was the newest."""
_ID_BYTES = 4


class Wrapping(Protocol):
    """Where the authorities' wrapping keys are. What is wrapped says itself with which of them."""

    async def wrap(self, key: Key, raw: bytes) -> str:
        """A data key, wrapped with the newest wrapping key of its authority: `<id>:<text>`."""
        ...

    async def unwrap(self, key: Key, wrapped: str) -> bytes:
        """The data key; NotOpened where it is another one's, or its wrapping key is gone."""
        ...

    async def newest(self, authority: str) -> str:
        """The id of the wrapping key that is in use from now on."""
        ...

    async def turn(self, authority: str) -> None:
        """Makes a new wrapping key of an authority."""
        ...

    async def close(self) -> None:
        """Lets go of what it holds open."""
        ...


class Newest:
    """The ids of the authorities' newest wrapping keys, asked for again after some seconds."""

    def __init__(self, ask: Callable[[str], Awaitable[str]]) -> None:
        self._ask = ask
        self._known: dict[str, tuple[str, float]] = {}

    async def of(self, authority: str) -> str:
        """Another process may have turned meanwhile: that is known here some seconds later."""
        known_as, until = self._known.get(authority, ("", 0.0))
        if time.monotonic() >= until:
            known_as = await self._ask(authority)
            self._known[authority] = (known_as, time.monotonic() + NEWEST_SECONDS)
        return known_as

    def forget(self, authority: str) -> None:
        """There is a newer one."""
        self._known.pop(authority, None)


class EnvironmentWrapping:
    """Wrapping keys derived from a master key of the environment; after it may stand those that were it before.

    Every process can derive every one of them: a new one is in use without a restart.
    """

    def __init__(self, masters: SecretStr, database: Database) -> None:
        keys = [key_bytes(each) for each in masters.get_secret_value().split(",")]
        self._masters = {_id_of(key): key for key in keys}
        self._master = _id_of(keys[0])
        self._turns = database.collection("wrapping_keys")
        self._newest = Newest(self._ask)

    async def wrap(self, key: Key, raw: bytes) -> str:
        """With the newest one of the first master."""
        known_as = await self.newest(key.authority)
        wrapped = sealed(self._cipher(known_as, key.authority), raw, "\x1f".join(key))
        return f"{known_as}:{base64.b64encode(wrapped).decode()}"

    async def unwrap(self, key: Key, wrapped: str) -> bytes:
        """With any one of any master that is still there."""
        known_as, _, text = wrapped.partition(":")
        return opened(self._cipher(known_as, key.authority), base64.b64decode(text), "\x1f".join(key))

    async def newest(self, authority: str) -> str:
        """Of the first master."""
        return await self._newest.of(authority)

    async def _ask(self, authority: str) -> str:
        found = await self._turns.find_one({"_id": authority})
        return f"{self._master}.{found['turns'] if found else 0:06}"

    async def turn(self, authority: str) -> None:
        """One more turn, one more key."""
        await self._turns.update_one({"_id": authority}, {"$inc": {"turns": 1}}, upsert=True)
        self._newest.forget(authority)

    async def close(self) -> None:
        """It holds nothing open."""

    def _cipher(self, known_as: str, authority: str) -> AESGCM:
        master, _, turn = known_as.partition(".")
        if master not in self._masters:
            raise NotOpened(f"the master key {master} is not in the environment any more")
        return AESGCM(derived(self._masters[master], f"wrapping\x1f{authority}\x1f{turn}"))


def _id_of(master: bytes) -> str:
    """Tells masters apart and says nothing about them."""
    return hashlib.sha256(derived(master, "id")).digest()[:_ID_BYTES].hex()


def wrapping_of(settings: StoredServiceSettings, service: str, database: Database) -> Wrapping:
    """Where the wrapping keys of a service are, by its settings."""
    if settings.keys_url:
        from chassis.key_service import KeyServiceWrapping  # noqa: PLC0415 - 15 MB, for those who have one

        return KeyServiceWrapping(settings.keys_url, settings.keys_token, service)
    return EnvironmentWrapping(settings.master_keys, database)
