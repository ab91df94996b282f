"""What runs by itself: the senders that work the queue, and the sweep that fills it with what is due."""

import asyncio

from chassis import tracing
from chassis.context import entered, of_service
from chassis.database import DatabaseError
from chassis.telemetry import log
from services.notify.clients import SEND_SECONDS
from services.notify.model import EmailDelivery
from services.notify.usecases import NotifyService, claim, postpone, release, send

_SENDERS = 4
"""Connections at most; also the most emails that one crash can send twice."""

_SWEEP_SECONDS = 1.0
_BUSY_SECONDS = 0.05


async def deliver(service: NotifyService) -> None:
    """Sends for as long as the service runs; at the end finishes what is begun and gives the rest back."""
    begun: set[asyncio.Task[None]] = set()
    service.queue.is_open = True
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_sweep_for_ever(service))
            for _ in range(_SENDERS):
                group.create_task(_send_for_ever(service, begun))
    finally:
        service.queue.is_open = False
        if begun:
            await asyncio.wait(begun, timeout=SEND_SECONDS)
        await _give_back(service)
        await service.provider.close()


async def _send_for_ever(service: NotifyService, begun: set[asyncio.Task[None]]) -> None:
    """One email at a time. Each is a task of its own, which the end of the service does not cut short."""
    while True:
        task = asyncio.create_task(_send(service, await service.queue.take()))
        begun.add(task)
        task.add_done_callback(begun.discard)
        await asyncio.shield(task)


async def _send(service: NotifyService, delivery: EmailDelivery) -> None:
    try:
        with entered(of_service("notify").about(delivery)), tracing.span(f"send {delivery.purpose}", delivery.trace):
            await send(service, delivery)
    except DatabaseError as error:
        log.warning("email left for later", delivery_id=delivery.delivery_id, error=type(error).__name__)
    except Exception as error:  # noqa: BLE001 - one email's fault must not stop the others
        log.error("email not sent", delivery_id=delivery.delivery_id, exc_info=error)
        await _postpone(service, delivery, type(error).__name__)
    finally:
        service.queue.done(delivery)


async def _postpone(service: NotifyService, delivery: EmailDelivery, why: str) -> None:
    try:
        await postpone(service, delivery, why)
    except DatabaseError as error:
        log.warning("email left for later", delivery_id=delivery.delivery_id, error=type(error).__name__)


async def _sweep_for_ever(service: NotifyService) -> None:
    while True:
        was_full = await _sweep(service)
        await asyncio.sleep(_BUSY_SECONDS if was_full else _SWEEP_SECONDS)


async def _sweep(service: NotifyService) -> bool:
    """Whether more may be due than the queue could take."""
    try:
        if service.provider.is_away:
            await service.provider.probe()
        if service.provider.is_away:
            return False
        return await claim(service)
    except DatabaseError as error:
        log.warning("deliveries not swept", error=type(error).__name__)
        return False


async def _give_back(service: NotifyService) -> None:
    try:
        await release(service)
    except DatabaseError as error:
        log.warning("deliveries not given back", error=type(error).__name__)
