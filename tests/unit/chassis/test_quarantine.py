"""Suspects are tried alone, and the one of which the process dies again and again is refused."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from chassis import clock
from chassis.database import Database
from chassis.delivery import Delivery
from chassis.errors import Refused
from chassis.outbox import Collection
from chassis.quarantine import Quarantine, is_suspect


@pytest.fixture
async def attempts(inner: Database) -> AsyncIterator[Collection]:
    collection = inner.collection("quarantine")
    yield collection
    await collection.drop()


def delivery(message_id: str | None = "m-1", body: bytes = b"{}", returns: int = 2) -> Delivery:
    return Delivery(
        queue="tasks.open-task",
        exchange="council.inbox",
        routing_key="bristol.council.delegation.requested.v1",
        message_id=message_id,
        type=None,
        user_id="bristol",
        correlation_id=None,
        headers={},
        body=body,
        attempts=0,
        first_seen=clock.now(),
        returns=returns,
    )


async def done() -> None:
    """Work that ends."""


@pytest.fixture
async def die_of(attempts: Collection) -> AsyncIterator[Callable[[Delivery], Awaitable[None]]]:
    """Makes a process end in the middle of the work: what it has begun is never struck out."""
    deaths: list[asyncio.Task[None]] = []

    async def die_of(delivery: Delivery) -> None:
        begun = asyncio.Event()

        async def work() -> None:
            begun.set()
            await asyncio.Event().wait()

        deaths.append(asyncio.create_task(Quarantine(attempts).attempt_alone(delivery, work)))
        await begun.wait()

    yield die_of
    for death in deaths:
        death.cancel()
    await asyncio.gather(*deaths, return_exceptions=True)


@pytest.mark.parametrize(("returns", "is_one"), [(0, False), (1, False), (2, True), (20, True)])
def test_a_suspect_has_come_back_twice(returns: int, is_one: bool) -> None:
    assert is_suspect(delivery(returns=returns)) == is_one


@pytest.mark.parametrize("message_id", ["m-1", None])
async def test_what_the_process_has_died_of_three_times_is_refused_and_nothing_else(
    attempts: Collection, die_of: Callable[[Delivery], Awaitable[None]], message_id: str | None
) -> None:
    for _ in range(3):
        await die_of(delivery(message_id))
    await Quarantine(attempts).attempt_alone(delivery("m-2"), done)
    await Quarantine(attempts).attempt_alone(delivery(None, b"[]"), done)
    with pytest.raises(Refused, match="crashed"):
        await Quarantine(attempts).attempt_alone(delivery(message_id), done)


async def test_whoever_survives_is_charged_with_nothing_however_it_ends(attempts: Collection) -> None:
    async def fails() -> None:
        raise OSError

    quarantine = Quarantine(attempts)
    for _ in range(5):
        with pytest.raises(OSError):  # noqa: PT011 - the work's own
            await quarantine.attempt_alone(delivery(), fails)
    await quarantine.attempt_alone(delivery(), done)


async def test_no_two_are_tried_at_once(attempts: Collection) -> None:
    quarantine, at_once, most = Quarantine(attempts), 0, 0

    async def work() -> None:
        nonlocal at_once, most
        at_once, most = at_once + 1, max(most, at_once + 1)
        await attempts.find_one({})
        at_once -= 1

    await asyncio.gather(*(quarantine.attempt_alone(delivery(f"m-{number}"), work) for number in range(5)))
    assert most == 1
