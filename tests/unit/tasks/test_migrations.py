"""What becomes of data that an older version of tasks has written."""

from types import SimpleNamespace
from typing import Any, cast

from pydantic import SecretStr
from pymongo import ASCENDING, IndexModel

from chassis.database import Database
from chassis.documents import Key
from chassis.migrations import Stored
from chassis.sealing import Sealing
from chassis.settings import StoredServiceSettings
from services.tasks.migrations import leave_the_desk_index, say_what_was_asked, sort_rows
from services.tasks.store import FoundBy
from services.tasks.store.tasks import task_mapper
from tests.support.sealing import FINDER, INDEX_KEY, key_ring
from tests.unit.tasks.test_asking import an_ask
from tests.unit.tasks.test_task import BLANK, a_request


async def test_the_index_that_another_has_replaced_goes_alone_whether_it_is_there_or_not(inner: Database) -> None:
    stored, tasks = Stored(inner, key_ring(inner), cast("StoredServiceSettings", None)), inner.collection("tasks")
    await leave_the_desk_index(stored)
    await tasks.create_indexes([IndexModel([(name, ASCENDING)], name=name) for name in ("desk", "desk_shown")])
    for _ in range(2):
        await leave_the_desk_index(stored)
    assert (await tasks.index_information()).keys() == {"_id_", "desk_shown"}


async def test_a_row_that_says_not_what_was_asked_is_written_anew(inner: Database) -> None:
    settings = cast("StoredServiceSettings", SimpleNamespace(index_key=SecretStr(INDEX_KEY)))
    stored, tasks = Stored(inner, key_ring(inner), settings), inner.collection("tasks")
    task = BLANK.with_request(a_request()).with_ask(an_ask("extension"))
    sealing = Sealing(await stored.keys.of(Key(task.authority, task.task_id), is_new=True), "tasks")
    document = task_mapper(FoundBy(FINDER)).document(task, sealing)
    older = {name: value for name, value in document["row"].items() if name != "asked"}
    await tasks.insert_one({**document, "_id": task.task_id, "row": older, "revision": 3})
    for _ in range(2):
        await say_what_was_asked(stored)
        renewed = dict(await tasks.find_one({"_id": task.task_id}) or {})
        assert (renewed["row"]["asked"], renewed["revision"]) == ("extension", 4)


async def test_a_row_that_says_not_when_it_came_is_written_anew_and_once(inner: Database) -> None:
    settings = cast("StoredServiceSettings", SimpleNamespace(index_key=SecretStr(INDEX_KEY)))
    stored, tasks = Stored(inner, key_ring(inner), settings), inner.collection("tasks")
    task = BLANK.with_request(a_request())
    sealing = Sealing(await stored.keys.of(Key(task.authority, task.task_id), is_new=True), "tasks")
    document = task_mapper(FoundBy(FINDER)).document(task, sealing)
    older = {name: value for name, value in document["row"].items() if name not in {"received_at", "form_title"}}
    await tasks.insert_many(
        [{**document, "_id": task.task_id, "row": older, "revision": 3}, {"_id": "erased", "row": None, "revision": 1}]
    )

    async def kept(task_id: str) -> dict[str, Any]:
        return dict(await tasks.find_one({"_id": task_id}) or {})

    for _ in range(2):
        await sort_rows(stored)
        renewed = await kept(task.task_id)
        assert (renewed["row"]["received_at"], renewed["row"]["form_title"]) == (
            task.requested.requested_at,
            task.requested.form_title,
        )
        assert renewed["revision"] == 4
    assert await kept("erased") == {"_id": "erased", "row": None, "revision": 1}
