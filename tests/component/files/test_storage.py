"""Content in its store: what a crash leaves, what somebody has changed, what two instances do at once."""

from datetime import timedelta

from httpx2 import AsyncClient
from motor.motor_asyncio import AsyncIOMotorClient

from chassis import clock
from chassis.blobs import Damaged, once
from chassis.documents import Key
from services.files import usecases
from services.files.model.folder import Content
from services.files.settings import Settings
from services.files.usecases.scanning import UNSETTLED_AFTER
from tests.component.files.harness import Desk, Keys, Running, running
from tests.faults.clamd_faults import FaultyClamd
from tests.support.eventually import eventually
from tests.unit.files import samples

LONG_AGO = UNSETTLED_AFTER + timedelta(minutes=1)


async def is_there(instance: Running, content: Content) -> bool:
    try:
        return bool(await instance.service.contents.read(content.blob))
    except Damaged:
        return False


async def test_what_a_crash_has_left_is_removed_and_what_is_held_stays(
    instance: Running, desk: Desk, chosen: Settings
) -> None:
    contents = instance.service.contents
    owner = Key("bristol", desk.task_id)
    orphan = Content.of(await contents.put(owner, once(b"left behind")))
    fresh = Content.of(await contents.put(owner, once(b"just coming")))
    kept = await desk.attach("a.pdf", samples.pdf())
    folder = await instance.service.folders.get("bristol", desk.task_id)
    held = folder.files[0].content
    await came_at(chosen, [orphan, held], LONG_AGO)
    await usecases.tidy(instance.service)
    assert [await is_there(instance, content) for content in (orphan, fresh, held)] == [False, True, True]
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
            folder = await instance.service.folders.get("bristol", desk.task_id)
            both = folder.files[0].to_scan()
            assert len(both) == 2
            await came_at(chosen, both, LONG_AGO)
            await usecases.tidy(instance.service)
            assert [await is_there(instance, content) for content in both] == [True, True]
            clamd.fault = "none"
            await eventually(lambda: is_accepted(desk, file_id))

            async def is_checked_copy_alone() -> bool:
                return [await is_there(instance, content) for content in both] == [False, True]

            await eventually(is_checked_copy_alone)


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
            folder = await instance.service.folders.get("bristol", desk.task_id)
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


def client_of(instance: Running) -> AsyncClient:
    return AsyncClient(base_url=instance.url, timeout=60)


async def is_accepted(desk: Desk, file_id: str) -> bool:
    return await desk.state(file_id) == "accepted"


async def is_refused(desk: Desk, file_id: str) -> bool:
    return await desk.state(file_id) == "refused"


async def came_at(chosen: Settings, contents: list[Content], age: timedelta) -> None:
    """As if it had come so long ago."""
    client: AsyncIOMotorClient[dict[str, object]] = AsyncIOMotorClient(chosen.mongo_url.get_secret_value())
    try:
        change = {"$set": {"metadata.unsettled_since": clock.now() - age}}
        ids = [content.content_id for content in contents]
        await client[chosen.mongo_database]["content.files"].update_many({"_id": {"$in": ids}}, change)
    finally:
        client.close()


async def swap_bytes(chosen: Settings, content_id: str) -> None:
    client: AsyncIOMotorClient[dict[str, object]] = AsyncIOMotorClient(chosen.mongo_url.get_secret_value())
    try:
        chunks = client[chosen.mongo_database]["content.chunks"]
        changed = await chunks.update_one({"files_id": content_id, "n": 0}, {"$set": {"data": samples.pdf()[::-1]}})
        assert changed.modified_count == 1
    finally:
        client.close()
