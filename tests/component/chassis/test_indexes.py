"""Making an index takes as long as it takes, on a real database."""

import asyncio
from uuid import uuid4

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import ASCENDING, IndexModel

from chassis import indexes
from chassis.database import Database
from chassis.documents import Document

LONGER_THAN_OTHER_OPERATIONS_WAIT = 4


async def test_an_index_that_takes_longer_than_any_other_operation_is_made(mongo_url: str, mongo_database: str) -> None:
    database, name = Database.open(mongo_url, mongo_database), f"things_{uuid4().hex[:8]}"
    things = database.collection(name)
    await things.insert_one({"_id": "first"})
    holder: AsyncIOMotorClient[Document] = AsyncIOMotorClient(mongo_url)
    async with await holder.start_session() as session, session.start_transaction():
        await holder[mongo_database][name].insert_one({"_id": "second"}, session=session)
        making = asyncio.create_task(indexes.ensure(things, [IndexModel([("at", ASCENDING)], name="by_time")]))
        await asyncio.sleep(LONGER_THAN_OTHER_OPERATIONS_WAIT)
    await making
    assert "by_time" in await things.index_information()
    await things.drop()
    holder.close()
    database.close()
