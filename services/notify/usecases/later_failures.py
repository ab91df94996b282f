"""What whoever delivers has taken and could not deliver after all, where it has to be asked for (ADR 0065)."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from chassis import clock
from chassis.telemetry import EMAILS_LOST, log
from services.notify.clients import Deferred
from services.notify.model import READABLE_FOR, EmailDelivery, FailurePage, LaterFailure
from services.notify.usecases.sending import fail
from services.notify.usecases.service import NotifyService

_MOST_PAGES = 40
"""Of 250; with the waits between tries it bounds what a round asks, far below its 3,000 requests a minute."""
_WAITS = (1, 5, 30)
"""Seconds before a page is asked for again; what is refused after them is left to the next round."""


async def note_later_failures(service: NotifyService) -> None:
    """One round over all of them that are young enough: each ends as a refusal on the spot does, once."""
    since, older_than = clock.unmoved() - READABLE_FOR, ""
    for _ in range(_MOST_PAGES):
        try:
            page = await _ask(service, since, older_than)
        except Deferred as deferred:
            log.warning("later failures not asked for", why=str(deferred))
            return
        await _note(service, page.failures)
        older_than = page.older_than
        if not older_than:
            return
    log.warning("later failures not all asked for", pages=_MOST_PAGES)


async def _ask(service: NotifyService, since: datetime, older_than: str) -> FailurePage:
    for seconds in _WAITS:
        try:
            return await service.provider.later_failures(since, older_than)
        except Deferred:
            await asyncio.sleep(seconds)
    return await service.provider.later_failures(since, older_than)


async def _note(service: NotifyService, failures: Sequence[LaterFailure]) -> None:
    """What is of others, or is over, or went to somebody who is forgotten is not found."""
    status_of = {failure.delivery_id: failure.status for failure in failures}
    for delivery in await service.stores.deliveries.sent(service.authorities.codes, status_of):
        status = status_of[delivery.delivery_id]
        if status == "technical-failure":
            await _lose(service, delivery)
        else:
            await fail(service, delivery, f"reported by GOV.UK Notify: {status}")


async def _lose(service: NotifyService, delivery: EmailDelivery) -> None:
    """No fault of the address: nobody is to lose a form by it."""
    if await service.stores.deliveries.lose(delivery.delivery_id, at=clock.now()):
        EMAILS_LOST.inc()
        log.error("email lost", delivery_id=delivery.delivery_id, purpose=delivery.purpose)
