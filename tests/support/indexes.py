"""A service's database for tests, which fails them where a query is answered by no index."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase

_SAYS_WHAT = ("find", "aggregate", "distinct", "findAndModify", "filter", "query", "q", "pipeline", "sort")
_SCANS = {"planSummary": {"$regex": "COLLSCAN"}}
# The driver's own look whether a bucket is empty, before its first file: it reads one document at most.
_BUCKETS = {"command.find": {"$regex": r"\.(files|chunks)$"}, "command.filter": {}}


@asynccontextmanager
async def watched_database(
    url: str, name: str, *, tz_aware: bool = False
) -> AsyncIterator["AsyncIOMotorDatabase[dict[str, Any]]"]:
    """Fails at its end where the service read through a whole collection for want of an index.

    mongod's profiler notes just that; a service's connections bear its database's name, a test's own do not.
    SecantusDB plans nothing: there nothing is asserted.
    """
    motor: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(url, tz_aware=tz_aware)
    database = motor[name]
    await database.command("profile", 1, filter={"appName": name, **_SCANS, "$nor": [_BUCKETS]})
    try:
        yield database
        await database.command("profile", 0)
        planned = database["system.profile"].find({"planSummary": {"$exists": True}})
        found = sorted({_told(noted) async for noted in planned})
        assert not found, "\n".join(["These queries have no index:", *found])
    finally:
        await motor.drop_database(name)
        motor.close()


def _told(noted: Mapping[str, Any]) -> str:
    command = noted.get("originatingCommand") or noted["command"]
    what = {name: command[name] for name in _SAYS_WHAT if name in command}
    return f"{noted['op']} of {noted['ns']} by {noted['planSummary']}: {what}"
