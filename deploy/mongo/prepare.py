"""Starts the replica set where it has not been, and gives each service a user who reaches its own database only.

    python -m deploy.mongo.prepare

It may run again at any time: a user who exists gets the password that the environment names now.
"""
# ruff: noqa: INP001 - a job of its own, imported by nobody

import os
import time
from collections.abc import Mapping
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import OperationFailure

from contracts.registry import named, stored

REPLICA_SET, MEMBER = "portal", "mongo:27017"
PRIMARY_SECONDS = 60
USER_NOT_FOUND = 11


def start_replica_set(client: MongoClient[dict[str, Any]]) -> None:
    """A set of one, once; then wait until it has made itself primary."""
    if "setName" not in client.admin.command("hello"):
        members = [{"_id": 0, "host": MEMBER}]
        client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
    until = time.monotonic() + PRIMARY_SECONDS
    while not client.admin.command("hello")["isWritablePrimary"]:
        if time.monotonic() > until:
            raise SystemExit(f"No primary within {PRIMARY_SECONDS} seconds.")
        time.sleep(0.2)


def allow(database: Database[dict[str, Any]], user: str, password: str) -> None:
    """Let a user read and write this database, and index it; make the user where there is none."""
    roles = [{"role": "readWrite", "db": database.name}]
    try:
        database.command("updateUser", user, pwd=password, roles=roles)
    except OperationFailure as failure:
        if failure.code != USER_NOT_FOUND:
            raise
        database.command("createUser", user, pwd=password, roles=roles)


def main(environment: Mapping[str, str]) -> None:
    """Replica set first: users are written to its primary."""
    with MongoClient[dict[str, Any]](environment["MONGO_ROOT_URL"], timeoutMS=15_000) as client:
        start_replica_set(client)
        for service in stored():
            allow(client[named(service).database], service, environment[f"{service.upper()}_MONGO_PASSWORD"])


if __name__ == "__main__":
    main(os.environ)
