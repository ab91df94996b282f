"""Content in its store: what a crash leaves, what somebody has changed, what two instances do at once."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from httpx2 import AsyncClient
from motor.motor_asyncio import AsyncIOMotorClient

from chassis import clock
from services.files import usecases
from services.files.model import Content
from services.files.settings import Settings
from services.files.store import Damaged
from services.files.usecases.scanning import UNSETTLED_AFTER
from tests.component.files.harness import Desk, Keys, Running, running
from tests.faults.clamd_faults import FaultyClamd
from tests.support.eventually import eventually
from tests.unit.files import samples


async def pieces(*given: bytes) -> AsyncIterator[bytes]:
    for piece in given:
        yield piece


async def is_there(instance: Running, content: Content) -> bool:
    try:
        return bool(await instance.service.contents.read(content))
    except Damaged:
        return False


async def test_what_a_crash_has_left_is_removed_and_what_is_held_stays(instance: Running, desk: Desk) -> None:
    long_ago = clock.now() - UNSETTLED_AFTER - timedelta(minutes=1)
    contents = instance.service.contents
    orphan = await contents.put(desk.task_id, pieces(b"left behind"), long_ago)
    fresh = await contents.put(desk.task_id, pieces(b"just coming"), clock.now())
    kept = await desk.attach("a.pdf", samples.pdf())
    folder = await instance.service.folders.get(desk.task_id)
    assert folder
    held = folder.files[0].content
    await contents.look_later(held.content_id, long_ago)
    await usecases.tidy(instance.service)
    assert [await is_there(instance, content) for content in (orphan, fresh, held)] == [False, True, True]
    assert (held.content_id, desk.task_id) not in await contents.unsettled(clock.now() + timedelta(days=1))
    assert (await desk.content(kept)).status_code == 200


async def test_content_that_waits_is_kept_until_its_scan(chosen: Settings, clamd_url: str, keys: Keys) -> None:
    async with FaultyClamd.before(clamd_url) as clamd:
        clamd.fault = "down"
        async with (
            running(chosen.model_copy(update={"clamd_url": clamd.url})) as instance,
            client_of(instance) as client,
        ):
            desk = Desk(client, keys)
            file_id = (await desk.upload("a.jpg", samples.picture())).json()["file_id"]
            folder = await instance.service.folders.get(desk.task_id)
            assert folder
            both = folder.files[0].to_scan()
            assert len(both) == 2
            for content in both:
                await instance.service.contents.look_later(content.content_id, clock.now() - 2 * UNSETTLED_AFTER)
            await usecases.tidy(instance.service)
            assert [await is_there(instance, content) for content in both] == [True, True]
            clamd.fault = "none"
            await eventually(lambda: is_accepted(desk, file_id))
            assert [await is_there(instance, content) for content in both] == [False, True]


async def test_bytes_changed_between_upload_and_scan_are_never_released(
    chosen: Settings, clamd_url: str, keys: Keys
) -> None:
    async with FaultyClamd.before(clamd_url) as clamd:
        clamd.fault = "down"
        async with (
            running(chosen.model_copy(update={"clamd_url": clamd.url})) as instance,
            client_of(instance) as client,
        ):
            desk = Desk(client, keys)
            file_id = (await desk.upload("a.pdf", samples.pdf())).json()["file_id"]
            folder = await instance.service.folders.get(desk.task_id)
            assert folder
            await swap_bytes(chosen, folder.files[0].content.content_id)
            clamd.fault = "none"
            await eventually(lambda: is_refused(desk, file_id))
            assert (await desk.files())[0]["refusal"] == "The selected file could not be uploaded – try again"
            assert (await desk.content(file_id)).status_code == 404


async def test_two_instances_settle_each_file_once(chosen: Settings, clamd_url: str, keys: Keys) -> None:
    async with FaultyClamd.before(clamd_url) as clamd:
        clamd.fault = "down"
        behind = chosen.model_copy(update={"clamd_url": clamd.url})
        async with running(behind) as one, running(behind), client_of(one) as client:
            desks = [Desk(client, keys) for _ in range(10)]
            ids = [(await desk.upload("a.pdf", samples.pdf())).json()["file_id"] for desk in desks]
            clamd.fault = "none"
            for desk, file_id in zip(desks, ids, strict=True):
                await eventually(lambda desk=desk, file_id=file_id: is_accepted(desk, file_id))  # type: ignore[misc]


@pytest.mark.parametrize("size", [0, 1, 1024 * 1024, 3 * 1024 * 1024 + 7])
async def test_content_comes_back_as_it_came(instance: Running, desk: Desk, size: int) -> None:
    given = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    content = await instance.service.contents.put(
        desk.task_id, pieces(given[: size // 3], given[size // 3 :]), clock.now()
    )
    assert content.size == size
    assert await instance.service.contents.read(content) == given
    assert b"".join([piece async for piece in await instance.service.contents.send(content, None)]) == given
    await instance.service.contents.delete(content)
    await instance.service.contents.delete(content)
    with pytest.raises(Damaged):
        await instance.service.contents.read(content)


def client_of(instance: Running) -> AsyncClient:
    return AsyncClient(base_url=instance.url, timeout=60)


async def is_accepted(desk: Desk, file_id: str) -> bool:
    return await desk.state(file_id) == "accepted"


async def is_refused(desk: Desk, file_id: str) -> bool:
    return await desk.state(file_id) == "refused"


async def swap_bytes(chosen: Settings, content_id: str) -> None:
    client: AsyncIOMotorClient[dict[str, object]] = AsyncIOMotorClient(chosen.mongo_url.get_secret_value())
    try:
        chunks = client[chosen.mongo_database]["content.chunks"]
        changed = await chunks.update_one({"files_id": content_id, "n": 0}, {"$set": {"data": samples.pdf()[::-1]}})
        assert changed.modified_count == 1
    finally:
        client.close()
