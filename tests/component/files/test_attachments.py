"""Who may do what with the files of a task, and what the end of the task does to them."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from prometheus_client import REGISTRY

from chassis import clock
from chassis.documents import Key
from chassis.keys import KeyDestroyed
from contracts.tasks import TaskErased
from tests.component.files.harness import CouncilDesk, Desk, Keys, Running, retracted, returned, submitted, tell
from tests.support.broker import Broker
from tests.support.eventually import eventually
from tests.unit.files import samples


async def test_a_removed_file_is_gone_from_the_page(desk: Desk) -> None:
    file_id = await desk.attach("a.pdf", samples.pdf())
    assert (await desk.remove(file_id)).status_code == 204
    assert (await desk.remove(file_id)).status_code == 204
    assert await desk.files() == []
    assert (await desk.content(file_id)).status_code == 404


async def test_the_manifest_lists_what_is_accepted_and_is_signed(desk: Desk, keys: Keys) -> None:
    await desk.remove(await desk.attach("a.pdf", samples.pdf()))
    kept = await desk.attach("b.png", samples.picture("PNG"))
    answer = await desk.manifest()
    claims = keys.manifests.verify(answer.json()["manifest"])
    content = (await desk.content(kept)).content
    assert (claims["task_id"], claims["authority"]) == (desk.task_id, "bristol")
    assert [(file["file_id"], file["name"], file["media_type"], file["size"]) for file in claims["files"]] == [
        (kept, "b.png", "image/png", len(content))
    ]
    assert [file["file_id"] for file in answer.json()["files"]] == [kept]


async def test_what_is_erased_is_gone_with_its_content_and_its_key(
    desk: Desk, shared_broker: Broker, instance: Running
) -> None:
    await desk.attach("a.pdf", samples.pdf())
    about = {"task_id": desk.task_id, "authority": "bristol", "delegation_id": "LCS-2021-004711"}
    await tell(shared_broker, TaskErased(**about, erased_at=clock.now()), times=2)

    async def is_gone() -> bool:
        with suppress(KeyDestroyed):  # the key goes first, then what it opened
            return (await instance.service.folders.get("bristol", desk.task_id)).files == ()
        return False

    await eventually(is_gone)
    with pytest.raises(KeyDestroyed):
        await instance.service.contents._keys.of(Key("bristol", desk.task_id))
    assert (await desk.upload("b.pdf", samples.pdf())).status_code == 404


async def test_without_files_the_manifest_is_empty(desk: Desk, keys: Keys) -> None:
    assert keys.manifests.verify((await desk.manifest()).json()["manifest"])["files"] == []


async def test_a_submission_freezes_its_files(desk: Desk, shared_broker: Broker, keys: Keys) -> None:
    first, second = await desk.attach("a.pdf", samples.pdf()), await desk.attach("b.pdf", samples.pdf())
    await desk.remove(first)
    await tell(shared_broker, submitted(desk, [first]), times=3)

    async def is_frozen() -> bool:
        return [file["file_id"] for file in await desk.files()] == [first]

    await eventually(is_frozen)
    assert (await desk.remove(first)).json()["code"] == "task_submitted"
    assert (await desk.upload("c.pdf", samples.pdf())).json()["code"] == "task_submitted"
    assert (await desk.content(first)).content == samples.pdf()
    claims = keys.manifests.verify((await desk.manifest()).json()["manifest"])
    assert [file["file_id"] for file in claims["files"]] == [first]
    assert second not in {file["file_id"] for file in await desk.files()}


async def test_a_submission_heard_before_any_file_closes_the_task(desk: Desk, shared_broker: Broker) -> None:
    await tell(shared_broker, submitted(desk, []))

    async def is_closed() -> bool:
        return bool((await desk.upload("a.exe", b"MZ")).json()["code"] == "task_submitted")

    await eventually(is_closed)


async def test_what_is_sent_back_takes_files_again_and_the_council_keeps_what_it_got(
    desk: Desk, shared_broker: Broker, keys: Keys, council: Callable[[str], CouncilDesk]
) -> None:
    first = await desk.attach("a.pdf", samples.pdf())
    await tell(shared_broker, submitted(desk, [first]))

    async def answers(code: str) -> bool:
        return bool((await desk.upload("a.exe", b"MZ")).json()["code"] == code)

    await eventually(lambda: answers("task_submitted"))
    await tell(shared_broker, returned(desk), times=2)
    await eventually(lambda: answers("file_wrong_type"))
    await tell(shared_broker, submitted(desk, [first]))  # told once more
    assert (await desk.remove(first)).status_code == 204
    second = await desk.attach("b.pdf", samples.pdf())
    assert [file["file_id"] for file in keys.manifests.verify((await desk.manifest()).json()["manifest"])["files"]] == [
        second
    ]
    await tell(shared_broker, submitted(desk, [second], 2))
    await eventually(lambda: answers("task_submitted"))
    assert [file["file_id"] for file in await desk.files()] == [second]
    of_bristol = council("bristol")
    assert [(await of_bristol.fetch(each)).status_code for each in (first, second)] == [200, 200]


async def test_another_authority_closes_nothing_of_a_task(desk: Desk, shared_broker: Broker) -> None:
    file_id = await desk.attach("a.pdf", samples.pdf())

    def count() -> float:
        return (
            REGISTRY.get_sample_value("portal_deliveries_total", {"queue": "files.close-folder", "outcome": "refused"})
            or 0
        )

    before = count()
    await tell(shared_broker, retracted(desk).model_copy(update={"authority": "oxfordshire"}))
    await eventually(lambda: count() > before)
    assert (await desk.content(file_id)).status_code == 200
    assert (await desk.remove(file_id)).status_code == 204


async def test_a_retraction_closes_the_task_and_ends_older_grants(desk: Desk, shared_broker: Broker) -> None:
    file_id = await desk.attach("a.pdf", samples.pdf())
    await tell(shared_broker, retracted(desk, version=2), times=2)

    async def is_outdated() -> bool:
        return (await desk.content(file_id)).status_code == 409

    await eventually(is_outdated)
    assert (await desk.remove(file_id)).json()["code"] == "grant_outdated"
    desk.version = 2
    assert (await desk.remove(file_id)).json()["code"] == "task_retracted"
    assert (await desk.upload("b.pdf", samples.pdf())).json()["code"] == "task_retracted"
    assert [file["file_id"] for file in await desk.files()] == [file_id]


async def test_a_newer_grant_ends_the_older_one(desk: Desk) -> None:
    desk.version = 5
    await desk.attach("a.pdf", samples.pdf())
    desk.version = 4
    assert (await desk.upload("b.pdf", samples.pdf())).json()["code"] == "grant_outdated"


@pytest.mark.parametrize(
    ("method", "path", "right"),
    [
        ("GET", "/tasks/{task}/files", "edit"),
        ("POST", "/tasks/{task}/files", "read"),
        ("DELETE", "/tasks/{task}/files/file_1", "read"),
        ("GET", "/tasks/{task}/files/file_1/content", "edit"),
        ("POST", "/tasks/{task}/manifest", "edit"),
    ],
)
async def test_every_door_asks_for_its_right(desk: Desk, method: str, path: str, right: str) -> None:
    address = path.format(task=desk.task_id)
    desk.rights = (right,)
    assert (await desk.client.request(method, address, headers=desk.headers)).status_code == 403
    anybody = {"Authorization": desk.headers["Authorization"]}
    assert (await desk.client.request(method, address, headers=anybody)).status_code == 401
    assert (await desk.client.request(method, address)).status_code == 401
    other = Desk(desk.client, desk.keys)
    assert (await desk.client.request(method, address, headers=other.headers)).status_code == 403
    forged = Desk(desk.client, Keys(), task_id=desk.task_id)
    assert (await desk.client.request(method, address, headers=forged.headers)).status_code == 401


async def frozen(desk: Desk, shared_broker: Broker) -> str:
    file_id = await desk.attach("Bericht über Gabriel.pdf", samples.pdf())
    await tell(shared_broker, submitted(desk, [file_id]))

    async def is_frozen() -> bool:
        return (await CouncilDesk(desk.client, desk.keys).fetch(file_id)).status_code == 200

    await eventually(is_frozen)
    return file_id


async def test_a_council_fetches_a_frozen_file_safely(
    desk: Desk, shared_broker: Broker, council: Callable[[str], CouncilDesk]
) -> None:
    file_id = await frozen(desk, shared_broker)
    answer = await council("bristol").fetch(file_id)
    assert answer.content == samples.pdf()
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"Bericht uber Gabriel.pdf\"; filename*=UTF-8''Bericht%20%C3%BCber%20Gabriel.pdf"
    )


async def test_a_council_fetches_in_parts(
    desk: Desk, shared_broker: Broker, council: Callable[[str], CouncilDesk]
) -> None:
    file_id, bristol, whole = await frozen(desk, shared_broker), council("bristol"), samples.pdf()
    first = await bristol.fetch(file_id, Range="bytes=0-99")
    rest = await bristol.fetch(file_id, Range="bytes=100-")
    assert (first.status_code, rest.status_code) == (206, 206)
    assert first.headers["content-range"] == f"bytes 0-99/{len(whole)}"
    assert first.content + rest.content == whole
    beyond = await bristol.fetch(file_id, Range=f"bytes={len(whole)}-")
    assert (beyond.status_code, beyond.json()["code"]) == (416, "range_not_satisfiable")
    changed = {"Range": "bytes=0-1", "If-Range": '"other"'}
    assert (await bristol.fetch(file_id, **changed)).content == whole
    head = await bristol.client.head(f"/documents/{file_id}", headers=bristol.headers)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(whole)))


async def test_only_the_own_council_has_the_document_and_only_until_its_receipt(
    desk: Desk, shared_broker: Broker, council: Callable[[str], CouncilDesk]
) -> None:
    file_id = await frozen(desk, shared_broker)
    assert (await council("oxfordshire").fetch(file_id)).status_code == 404
    assert (await council("oxfordshire").confirm(file_id)).status_code == 404
    assert (await desk.client.get(f"/documents/{file_id}", headers=desk.headers)).status_code == 403
    assert (await council("bristol").confirm(file_id)).status_code == 204
    assert (await council("bristol").confirm(file_id)).status_code == 204
    assert (await council("bristol").fetch(file_id)).status_code == 404
    assert (await desk.content(file_id)).status_code == 200


async def test_what_was_not_submitted_is_no_document(desk: Desk, council: Callable[[str], CouncilDesk]) -> None:
    file_id = await desk.attach("a.pdf", samples.pdf())
    assert (await council("bristol").fetch(file_id)).status_code == 404
    assert (await council("bristol").fetch("file_unknown")).status_code == 404
