"""What becomes of data that an older version of tasks has written."""

from typing import cast

from pymongo import ASCENDING, IndexModel

from chassis.database import Database
from chassis.migrations import Stored
from chassis.settings import StoredServiceSettings
from services.tasks.migrations import leave_the_desk_index
from tests.support.sealing import key_ring


async def test_the_index_that_another_has_replaced_goes_alone_whether_it_is_there_or_not(inner: Database) -> None:
    stored, tasks = Stored(inner, key_ring(inner), cast("StoredServiceSettings", None)), inner.collection("tasks")
    await leave_the_desk_index(stored)
    await tasks.create_indexes([IndexModel([(name, ASCENDING)], name=name) for name in ("desk", "desk_shown")])
    for _ in range(2):
        await leave_the_desk_index(stored)
    assert (await tasks.index_information()).keys() == {"_id_", "desk_shown"}
