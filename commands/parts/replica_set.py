"""Makes a mongod that has just started the one member of its replica set, and waits until it takes writes.

Run as a process after each start. Majority and retryable writes and transactions want a replica set, if of one.
"""

import sys
import time
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure

SECONDS = 60
_EVERY_SECONDS = 0.02
_NOT_YET_INITIALISED = 94

Client = MongoClient[dict[str, Any]]


def begin(client: Client, name: str, host: str) -> None:
    """Found the set, or move its one member to the port that the server has this time."""
    try:
        config = client.admin.command("replSetGetConfig")["config"]
    except OperationFailure as failure:
        if failure.code != _NOT_YET_INITIALISED:
            raise
        client.admin.command("replSetInitiate", {"_id": name, "members": [{"_id": 0, "host": host}]})
        return
    if [member["host"] for member in config["members"]] != [host]:
        config["members"] = [{"_id": 0, "host": host}]
        client.admin.command("replSetReconfig", {**config, "version": config["version"] + 1}, force=True)


def wait_for_primary(client: Client) -> None:
    """Wait until the server takes writes."""
    until = time.monotonic() + SECONDS
    while not client.admin.command("hello").get("isWritablePrimary"):
        if time.monotonic() > until:
            raise TimeoutError(f"the replica set has no primary after {SECONDS} seconds")
        time.sleep(_EVERY_SECONDS)


def main() -> None:
    """Set up the server at the address that is given."""
    with Client(sys.argv[1], serverSelectionTimeoutMS=SECONDS * 1000) as client:
        host, port = client.address or ("", 0)
        begin(client, "portal", f"{host}:{port}")
        wait_for_primary(client)


if __name__ == "__main__":
    main()
