"""Batches: calls that are under way at the same time go out together, and each caller gets its own outcome."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")
_MOST = 500


class Batcher(Generic[Item, Outcome]):
    """Takes one item a call and hands them on in batches, without waiting for more to come.

    `send` gives an outcome per item, or the exception for its caller; one that it raises is for all of the batch.
    A journaled write costs the database a sync, and many documents in one command share it; many reads in one command
    share its way. What is read was so after it was asked for.
    """

    def __init__(self, send: Callable[[list[Item]], Awaitable[Sequence[Outcome | Exception]]]) -> None:
        self._send = send
        self._waiting: list[tuple[Item, asyncio.Future[Outcome]]] = []
        self._sender: asyncio.Task[None] | None = None

    async def add(self, item: Item) -> Outcome:
        """Its outcome, when the item's batch is done."""
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._sender is None or self._sender.done():
            self._sender = asyncio.create_task(self._send_all())
        return await future

    async def _send_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            outcomes = await self._outcomes([item for item, _ in batch])
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                if future.done():
                    continue
                if isinstance(outcome, Exception):
                    future.set_exception(outcome)
                else:
                    future.set_result(outcome)

    async def _outcomes(self, items: list[Item]) -> Sequence[Outcome | Exception]:
        try:
            return await self._send(items)
        except Exception as error:  # noqa: BLE001 - each of those who wait gets it
            return [error] * len(items)
