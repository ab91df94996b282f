"""Facts written down and not yet told: what stands in the services' outboxes; a healthy one is empty in a second."""

import argparse
import json
from collections.abc import Iterator
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from commands.parts.instance import Instance, add_data_option
from commands.parts.table import print_rows
from commands.parts.trouble import Trouble
from contracts import registry

_COLUMNS = ("queue", "message_id", "type", "code", "reason", "attempts", "first_seen")
_SECONDS = 10


def describe(parser: argparse.ArgumentParser) -> None:
    """The options of `./portal outbox`."""
    add_data_option(parser)
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("--limit", type=int, default=1000, help="how many documents to read of each collection")


def run(arguments: argparse.Namespace) -> int:
    """Print one row a fact, the oldest first."""
    state = Instance(arguments.data).running()
    try:
        with MongoClient[dict[str, Any]](state["mongo"], timeoutMS=_SECONDS * 1000, tz_aware=True) as client:
            rows = sorted(_rows(client, arguments.limit), key=lambda row: row["first_seen"])
    except PyMongoError as error:
        raise Trouble(f"The database does not answer: {error}") from error
    if arguments.json:
        print(json.dumps(rows, indent=2))
    else:
        print_rows(rows, _COLUMNS, none="Nothing waits.")
    return 0


def _rows(client: MongoClient[dict[str, Any]], limit: int) -> Iterator[dict[str, Any]]:
    for service in registry.stored():
        database = client[registry.named(service).database]
        for collection in database.list_collection_names():
            waiting = database[collection].find({"outbox.at": {"$exists": True}}, {"outbox": 1}, limit=limit)
            for document in waiting:
                yield from (_row(f"{service}.{collection}", entry) for entry in document["outbox"])


def _row(queue: str, entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "queue": queue,
        "message_id": entry["event_id"],
        "type": entry["type"],
        "code": "waiting",
        "reason": f"for {entry['exchange']}",
        "attempts": 0,
        "first_seen": entry["at"].isoformat(),
    }
