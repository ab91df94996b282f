"""Files that were taken away: their bytes go too, but for those that the council has got."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase

from chassis import clock
from chassis.blobs import Held, once
from chassis.documents import Key
from services.files import usecases
from services.files.model.folder import REMOVED_KEPT
from services.files.settings import Settings
from services.files.usecases.scanning import UNSETTLED_AFTER
from tests.component.files.harness import CouncilDesk, Desk, Running, discarded, returned, submitted, tell
from tests.support.broker import Broker
from tests.support.eventually import eventually
from tests.unit.files import samples

Stored = Callable[[timedelta], Awaitable[list[str]]]
SETTLED = UNSETTLED_AFTER + timedelta(minutes=1)
GONE = REMOVED_KEPT + 2 * SETTLED


@pytest.fixture
async def database(chosen: Settings) -> AsyncIterator[AsyncIOMotorDatabase[dict[str, Any]]]:
    """What stands there, past the store."""
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(chosen.mongo_url.get_secret_value())
    yield client[chosen.mongo_database]
    client.close()


@pytest.fixture
def stored_after(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    instance: Running,
    desk: Desk,
    database: AsyncIOMotorDatabase[dict[str, Any]],
) -> Stored:
    """Of which files of the desk's anything is stored when so much time has passed, and the job has run."""
    moved = tmp_path / "clock"
    monkeypatch.setenv("PORTAL_ENV", "test")
    monkeypatch.setenv("PORTAL_CLOCK_FILE", str(moved))

    async def names(by: timedelta) -> list[str]:
        moved.write_text(f"PT{int(by.total_seconds())}S")
        await usecases.tidy(instance.service)
        found = []
        for file in (await instance.service.folders.get("bristol", desk.task_id)).files:
            records = await database["content.files"].count_documents({"_id": {"$in": file.content_ids}})
            chunks = await database["content.chunks"].count_documents({"files_id": {"$in": file.content_ids}})
            assert bool(records) == bool(chunks)
            found += [file.name] if chunks else []
        return found

    return names


async def heard_of(instance: Running, desk: Desk, submissions: int) -> None:
    async def is_heard() -> bool:
        return len((await instance.service.folders.get("bristol", desk.task_id)).contributions) == submissions

    await eventually(is_heard)


async def test_the_bytes_of_a_removed_file_go_after_its_days_and_those_beside_it_stay(
    desk: Desk, stored_after: Stored
) -> None:
    wrong = await desk.attach("wrong-child.pdf", samples.pdf())
    kept = await desk.attach("right.png", samples.picture("PNG"))
    await stored_after(SETTLED)
    await desk.remove(wrong)
    early = await stored_after(SETTLED + REMOVED_KEPT - timedelta(minutes=1))
    assert early == ["wrong-child.pdf", "right.png"], "a submission that was under way may name it"
    assert await stored_after(GONE) == ["right.png"]
    assert (await desk.content(kept)).status_code == 200


async def test_a_file_that_the_council_has_got_keeps_its_bytes_whenever_it_is_removed(
    desk: Desk, instance: Running, stored_after: Stored, shared_broker: Broker, council: Callable[[str], CouncilDesk]
) -> None:
    first = await desk.attach("first-round.pdf", samples.pdf())
    await tell(shared_broker, submitted(desk, [first]))
    await heard_of(instance, desk, 1)
    await tell(shared_broker, returned(desk))

    async def is_removed() -> bool:
        return bool((await desk.remove(first)).status_code == 204)

    await eventually(is_removed)
    await desk.remove(await desk.attach("second-round.png", samples.picture("PNG")))
    await tell(shared_broker, submitted(desk, [], 2))
    await heard_of(instance, desk, 2)
    assert await stored_after(GONE) == ["first-round.pdf"]
    assert (await council("bristol").fetch(first)).status_code == 200


async def test_a_file_that_comes_back_with_a_submission_keeps_its_bytes(
    desk: Desk, instance: Running, stored_after: Stored, shared_broker: Broker
) -> None:
    file_id = await desk.attach("signed.pdf", samples.pdf())
    await desk.remove(file_id)
    await tell(shared_broker, submitted(desk, [file_id]))
    await heard_of(instance, desk, 1)
    assert await stored_after(GONE) == ["signed.pdf"]


async def test_what_a_discarded_addendum_has_brought_goes_and_what_it_took_away_stays(
    desk: Desk, instance: Running, stored_after: Stored, shared_broker: Broker
) -> None:
    first = await desk.attach("first.pdf", samples.pdf())
    await tell(shared_broker, submitted(desk, [first]))
    await heard_of(instance, desk, 1)
    at_it = replace(desk, addendum="a-1", version=2)
    await at_it.attach("advice.png", samples.picture("PNG"))
    await at_it.remove(first)
    assert await stored_after(SETTLED) == ["first.pdf", "advice.png"]
    await tell(shared_broker, discarded(at_it, 3), times=2)

    async def is_discarded() -> bool:
        return (await instance.service.folders.get("bristol", desk.task_id)).access_version == 3

    await eventually(is_discarded)
    assert await stored_after(2 * GONE) == ["first.pdf"]


async def test_what_is_removed_while_its_owner_is_asked_is_asked_about_again(
    desk: Desk, instance: Running, database: AsyncIOMotorDatabase[dict[str, Any]]
) -> None:
    contents = instance.service.contents
    content = await contents.put(Key("bristol", desk.task_id), once(b"a report"))

    async def is_removed_meanwhile(_: Key, content_id: str) -> Held:
        if content_id == content.blob_id:
            await contents.unsettle([content_id], clock.now() + REMOVED_KEPT)
        return "for good"

    await contents.tidy(clock.now() + timedelta(seconds=1), is_removed_meanwhile)
    found = await database["content.files"].find_one({"_id": content.blob_id})
    assert found
    assert "unsettled_since" in found["metadata"]
