"""Files that come and go by an addendum: beside those of what stands, which the council goes on having."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.component.files.harness import CouncilDesk, Desk, Running, discarded, returned, submitted, tell
from tests.support.broker import Broker
from tests.support.eventually import eventually
from tests.unit.files import samples


async def ids(desk: Desk) -> list[str]:
    return [file["file_id"] for file in await desk.files()]


@pytest.fixture
async def sent(desk: Desk, shared_broker: Broker, instance: Running) -> tuple[str, str]:
    """Two files, submitted."""
    files = await desk.attach("a.pdf", samples.pdf()), await desk.attach("b.png", samples.picture("PNG"))
    await tell(shared_broker, submitted(desk, list(files)))

    async def is_closed() -> bool:
        return (await instance.service.folders.get("bristol", desk.task_id)).submitted_at is not None

    await eventually(is_closed)
    return files


async def names(desk: Desk) -> set[str]:
    """What is signed for a submission."""
    return {file["file_id"] for file in (await desk.manifest()).json()["files"]}


async def test_an_addendum_takes_files_and_its_author_alone_sees_that_until_it_is_submitted(
    desk: Desk, council: Callable[[str], CouncilDesk], shared_broker: Broker, sent: tuple[str, str]
) -> None:
    (first, second), bristol = sent, council("bristol")
    at_it = replace(desk, addendum="a-1", version=2)
    added = await at_it.attach("advice.pdf", samples.pdf())
    assert (await at_it.remove(first)).status_code == 204
    assert await ids(at_it) == [second, added]
    assert await names(at_it) == {second, added}
    assert await ids(replace(desk, version=2)) == [first, second]
    assert [(await bristol.fetch(file)).status_code for file in (first, second, added)] == [200, 200, 404]
    await tell(shared_broker, submitted(desk, [second, added], 2, desk.first), times=2)

    async def is_replaced() -> bool:
        return await ids(replace(desk, version=2)) == [second, added]

    await eventually(is_replaced)
    assert (await at_it.upload("d.pdf", samples.pdf())).json()["code"] == "task_submitted"
    assert [(await bristol.fetch(file)).status_code for file in (first, second, added)] == [200, 200, 200]


async def test_what_is_discarded_leaves_the_files_as_they_were(
    desk: Desk, shared_broker: Broker, sent: tuple[str, str]
) -> None:
    at_it = replace(desk, addendum="a-1", version=2)
    await at_it.attach("advice.pdf", samples.pdf())
    await at_it.remove(sent[0])
    await tell(shared_broker, discarded(at_it, 3), times=2)

    async def is_void() -> bool:
        return bool((await at_it.upload("d.pdf", samples.pdf())).json().get("code") == "grant_outdated")

    await eventually(is_void)
    assert await ids(replace(desk, version=3)) == list(sent)
    again = replace(desk, addendum="a-2", version=4)
    assert await ids(again) == list(sent)
    assert (await again.content(sent[0])).status_code == 200


async def test_what_is_added_to_a_submission_not_heard_of_yet_waits(desk: Desk) -> None:
    early = replace(desk, addendum="a-1", version=2)
    answer = await early.upload("a.pdf", samples.pdf())
    assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")


async def test_a_return_keeps_what_came_by_the_addendum_that_it_ends(
    desk: Desk, shared_broker: Broker, sent: tuple[str, str]
) -> None:
    at_it = replace(desk, addendum="a-1", version=2)
    added = await at_it.attach("advice.pdf", samples.pdf())
    await at_it.remove(sent[0])
    await tell(shared_broker, returned(desk, 3))
    open_again = replace(desk, version=3)

    async def is_open() -> bool:
        return bool((await open_again.upload("e.pdf", samples.pdf(), "more")).status_code < 300)

    await eventually(is_open)
    assert (await ids(open_again))[:2] == [sent[1], added]
    assert (await at_it.remove(added)).json()["code"] == "grant_outdated"
