"""What a whole portal keeps, looked at from outside: what of it has changed, and what can be read in it."""

from collections.abc import Iterator
from typing import Any

from bson import json_util
from pymongo import MongoClient

from tests.support.eventually import wait_until
from tests.support.portal import Portal

_BY_THE_CLOCK = {"leases", "limits", "outbox_sent", "schedule"}
"""Collections of what services do, count and forget by themselves."""
_BY_READING = {"seen_at": None, "enrolling": None}
"""What reading changes of a session: when it was used last, and the secret that it shows until an app is added."""
_FORGOTTEN = {"address_changes", "passkey_challenges", "registrations", "resets"}
"""What the database deletes once it is too old."""
_LOOKS = 10


def documents(portal: Portal) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every document of every service, and where it is: database and collection."""
    with MongoClient[dict[str, Any]](portal.addresses["mongo"], tz_aware=True) as client:
        for name in client.list_database_names():
            if name.startswith("portal_"):
                for collection in client[name].list_collection_names():
                    yield from ((f"{name}.{collection}", found) for found in client[name][collection].find())


def state(portal: Portal) -> dict[str, str]:
    """Each document as text by where it is."""
    return {
        f"{where}/{document['_id']}": json_util.dumps({**document, **_BY_READING})
        for where, document in documents(portal)
        if where.partition(".")[2] not in _BY_THE_CLOCK
    }


def settled(portal: Portal) -> dict[str, str]:
    """The state, once it has stayed as it is for some looks: the services have told each other everything."""
    seen: list[dict[str, str]] = []

    def stays() -> dict[str, str] | None:
        seen.append(state(portal))
        return seen[-1] if all(one == seen[-1] for one in seen[-_LOOKS:]) and len(seen) >= _LOOKS else None

    return wait_until(stays) or {}


def changes(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Which documents are new, are others, or are gone without being too old."""
    gone = {key for key in before.keys() - after.keys() if _collection(key) not in _FORGOTTEN}
    return sorted(gone | {key for key, text in after.items() if before.get(key) != text})


def _collection(key: str) -> str:
    return key.partition("/")[0].partition(".")[2]
