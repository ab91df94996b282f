"""What becomes of data that an older version of files has written."""

from typing import Any, cast

from chassis.database import Database
from chassis.migrations import Stored
from chassis.settings import StoredServiceSettings
from services.files.migrations import let_go_of_removed
from tests.support.sealing import key_ring


async def test_content_of_what_was_removed_is_asked_about_once_more_and_no_other(inner: Database) -> None:
    def file(content_id: str, state: str, **more: Any) -> dict[str, Any]:
        return {"content": {"content_id": content_id}, "state": state, **more}

    removed = file("removed", "removed", original={"content_id": "uploaded"})
    await inner.collection("folders").insert_one({"_id": "task-1", "files": [removed, file("kept", "accepted")]})
    records = inner.collection("content.files")
    await records.insert_many([{"_id": each, "metadata": {}} for each in ("removed", "uploaded", "kept")])
    stored = Stored(inner, key_ring(inner), cast("StoredServiceSettings", None))
    for _ in range(2):
        await let_go_of_removed(stored)
        unsettled = records.find({"metadata.unsettled_since": {"$exists": True}})
        assert {record["_id"] async for record in unsettled} == {"removed", "uploaded"}
