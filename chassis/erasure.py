"""Erasure: what one service kept about a delegation goes for good, and it says so (ADR 0038)."""

from collections.abc import Awaitable, Callable, Sequence

from chassis.blobs import BlobStore
from chassis.database import Database
from chassis.documents import Key
from chassis.event_log import EventLog
from chassis.keys import KeyRing
from chassis.outbox import outgoing
from chassis.relay import Relay
from contracts.base import Erased
from contracts.tasks import TaskErased

Remove = Callable[[Key, str], Awaitable[None]]
"""Removes documents: by the task that they are about, and by its delegation's id."""


async def keep_the_tombstone(_: Key, __: str) -> None:
    """For whoever has already written over what it kept."""


class Eraser:
    """Erases in this order: the key, so that no copy can be read again; bytes, documents, copies of what was told.

    A backup of these opens no more either, where the keys are not in it.
    """

    def __init__(
        self, keys: KeyRing, event_log: EventLog, *, contents: Sequence[BlobStore] = (), remove: Remove
    ) -> None:
        self._keys = keys
        self._event_log = event_log
        self._contents = contents
        self._remove = remove

    async def erase(self, event: TaskErased) -> None:
        """Everything, however often it is asked. What comes later finds no key."""
        key = Key(event.authority, event.task_id)
        await self._keys.destroy(key, event.erased_at)
        for contents in self._contents:
            await contents.delete_of(key)
        await self._remove(key, event.delegation_id)
        await self._event_log.forget(event.authority, event.delegation_id)


class Erasing:
    """Erases, and tells it once; what was erased is noted by task."""

    def __init__(self, eraser: Eraser, database: Database, relay: Relay) -> None:
        self._eraser = eraser
        self._notes = database.outbox_collection("erasures", relay)

    async def prepare(self) -> None:
        """Makes the index."""
        await self._notes.ensure_indexes([])

    async def erase(self, event: TaskErased, told: Erased) -> None:
        """`told` is what the service says of its part; AlreadyHandled where it has said so before."""
        await self._eraser.erase(event)
        note = {"_id": told.task_id, "authority": told.authority, "erased_at": told.erased_at}
        await self._notes.insert(note, [outgoing(told, told.task_id)])
