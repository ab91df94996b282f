"""Indexes: made at the start of a service, in the time that it takes to make them."""

from collections.abc import Sequence

import pymongo
from pymongo import IndexModel

from chassis.outbox import Collection

_SECONDS = 600
"""A new index on millions of documents takes minutes, and one that is cut off begins again from nothing."""


async def ensure(collection: Collection, indexes: Sequence[IndexModel]) -> None:
    """Creates what is missing; the wait of other operations does not bound it."""
    if indexes:
        with pymongo.timeout(_SECONDS):
            await collection.create_indexes(list(indexes))
