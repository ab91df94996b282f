"""Copies of what was told about a delegation: sealed with its key, they end with it, in backups too (ADR 0072)."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from chassis.documents import Key
from chassis.keys import KeyDestroyed, KeyRing
from chassis.outbox import Entry, task_id_of
from chassis.sealing import DataKey
from chassis.shared_keys import BodySeal
from chassis.telemetry import ERASED_COPIES
from contracts.catalogue import CATALOGUE


class CopySeal:
    """Seals and opens them. What is about no delegation stays as it stood in its outbox: sealed with its day's key.

    So are copies of versions before this one, for as long as copies are kept.
    """

    def __init__(self, bodies: BodySeal, keys: KeyRing) -> None:
        self._bodies = bodies
        self._keys = keys

    async def close(self, copies: Sequence[Entry]) -> list[Entry]:
        """As they are kept; of what is erased there is none."""
        about = [_about(copy) for copy in copies]
        keys = await self._made({key for key in about if key})
        closed = [
            copy if key is None else self._closed(copy, key.id, keys[key])
            for copy, key in zip(copies, about, strict=True)
            if key is None or key in keys
        ]
        ERASED_COPIES.inc(len(copies) - len(closed))
        return closed

    async def open(self, copies: Sequence[Entry]) -> list[tuple[Entry, bytes]]:
        """Each with its body as it was told; without those about what was erased since."""
        keys = await self._keys.of_all({_key(copy) for copy in copies if "key" in copy})
        opened = [(copy, self._opened(copy, keys)) for copy in copies if "key" not in copy or _key(copy) in keys]
        ERASED_COPIES.inc(len(copies) - len(opened))
        return opened

    def _closed(self, copy: Entry, task_id: str, key: DataKey) -> Entry:
        return {**copy, "key": task_id, "body": key.seal(self._bodies.opened(copy), _place(copy))}

    def _opened(self, copy: Entry, keys: Mapping[Key, DataKey]) -> bytes:
        return keys[_key(copy)].open(copy["body"], _place(copy)) if "key" in copy else self._bodies.opened(copy)

    async def _made(self, wanted: Iterable[Key]) -> Mapping[Key, DataKey]:
        """Those that are not in memory come in one query; one that is not there yet is made."""
        found = dict(await self._keys.of_all(wanted))
        for key in wanted:
            if key not in found:
                with suppress(KeyDestroyed):
                    found[key] = await self._keys.of(key)
        return found


def _about(entry: Entry) -> Key | None:
    """The key of the delegation that it is about; None where that is none, or nothing of it has to end."""
    delegation_id, authority = entry.get("delegation_id"), entry.get("authority", "")
    told = CATALOGUE.get(entry["type"])
    if not delegation_id or (told is not None and told.outlives):
        return None
    return Key(authority, task_id_of(authority, delegation_id))


def _key(copy: Entry) -> Key:
    return Key(copy["authority"], copy["key"])


def _place(copy: Entry) -> str:
    return f"outbox_sent.{copy['_id']}.{copy['type']}"
