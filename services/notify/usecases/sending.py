"""Sending what is owed. Twice is once, but for a crash between the mail server's yes and the mark."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from chassis import clock, tracing
from chassis.database import DatabaseError
from chassis.errors import AlreadyHandled
from chassis.outbox import Outgoing, outgoing
from chassis.telemetry import log
from contracts.base import Message
from contracts.notify import EmailFailed
from contracts.portal import DeliveryFailed
from services.notify.clients import SEND_SECONDS, Away, Bounced, Deferred
from services.notify.model import (
    AddressInvalid,
    EmailDelivery,
    ReportAddress,
    as_message,
    delay_after,
    goes_out_at,
    masked,
    shown_code,
)
from services.notify.usecases.service import ROOM, NotifyService

HELD_SECONDS = 20
"""For so long a delivery is this process's alone. One that cannot be over by then is not begun."""

_START_WITHIN = HELD_SECONDS - SEND_SECONDS - 1
_MARK_AGAIN_SECONDS = 0.5


async def enqueue(service: NotifyService, deliveries: Sequence[EmailDelivery]) -> None:
    """Writes down that these emails are owed, or wait; AlreadyHandled where all of them were before."""
    outcomes = await asyncio.gather(*(_enqueue(service, delivery) for delivery in deliveries))
    if deliveries and not any(outcomes):
        raise AlreadyHandled(deliveries[0].delivery_id)


async def _enqueue(service: NotifyService, delivery: EmailDelivery) -> bool:
    delivery = delivery.model_copy(update={"trace": tracing.headers()})
    goes_at = goes_out_at(delivery, service.authorities.get(delivery.authority))
    waits = delivery.waits_until is not None or goes_at > delivery.owed_since
    is_ours = not waits and service.queue.room > 0 and not service.provider.is_away
    until = time.monotonic() + _START_WITHIN
    held = timedelta(seconds=HELD_SECONDS if is_ours else 0)
    try:
        await service.stores.deliveries.add(delivery, next_at=goes_at + held)
    except AlreadyHandled:
        return False
    if is_ours and not service.queue.put(delivery, until):
        await service.stores.deliveries.release([delivery.delivery_id], at=clock.now())
    return True


async def claim(service: NotifyService) -> bool:
    """Takes on what is due and in nobody's hands; whether there may be more of it.

    Waits for half a queue of room: a claim costs three round trips, however few it brings.
    """
    room = service.queue.room
    if room < ROOM // 2:
        return True
    at, until = clock.now(), time.monotonic() + _START_WITHIN
    due = await service.stores.deliveries.claim_due(room, at=at, until=at + timedelta(seconds=HELD_SECONDS))
    for delivery in due:
        service.queue.put(delivery, until)
    return len(due) == room


async def release(service: NotifyService, *begun: EmailDelivery) -> None:
    """Gives everything that is not sent back to whoever comes next."""
    given_back = [*begun, *service.queue.empty()]
    for delivery in given_back:
        service.queue.done(delivery)
    await service.stores.deliveries.release([delivery.delivery_id for delivery in given_back], at=clock.now())


async def send(service: NotifyService, delivery: EmailDelivery) -> None:
    """One email to the mail server, and what came of it into the database."""
    at = clock.now()
    if delivery.has_expired(at):
        await service.stores.deliveries.expire(delivery.delivery_id, at=at)
        return
    authority = service.authorities.get(delivery.authority)
    email = service.templates.write(delivery.purpose, authority, _values(service, delivery), delivery.lines)
    try:
        await service.provider.send(as_message(delivery, email, authority, service.report_domain))
    except AddressInvalid:
        await fail(service, delivery, "the address is not valid")
    except Bounced as bounced:
        await fail(service, delivery, f"refused by the mail server: {bounced}")
    except Deferred as deferred:
        await postpone(service, delivery, str(deferred))
    except Away:
        await release(service, delivery)
    else:
        await _mark_sent(service, delivery)


def _values(service: NotifyService, delivery: EmailDelivery) -> dict[str, str]:
    """What the email shows; a code is opened for the email alone."""
    if delivery.code is None:
        return delivery.values
    return {**delivery.values, "code": shown_code(service.seal.open(delivery.code.sealed, delivery.code.code_id))}


async def postpone(service: NotifyService, delivery: EmailDelivery, why: str) -> None:
    """Tries again later; after three days it counts as failed."""
    at = clock.now()
    if delivery.is_given_up(at):
        await fail(service, delivery, f"put off by the mail server for three days: {why}")
        return
    log.info("email put off", delivery_id=delivery.delivery_id, attempts=delivery.attempts + 1, why=why)
    await service.stores.deliveries.postpone(delivery, until=at + delay_after(delivery))


async def note_report(service: NotifyService, about: ReportAddress, status: str) -> None:
    """A mail server took an email and could not deliver it after all; what is no report of ours is nobody's."""
    delivery = await service.stores.deliveries.reported(about)
    if delivery is not None:
        await fail(service, delivery, f"reported by a mail server: {status}")


async def fail(service: NotifyService, delivery: EmailDelivery, reason: str) -> None:
    """It can never be delivered, and whoever has to know is told."""
    log.warning("email failed", delivery_id=delivery.delivery_id, purpose=delivery.purpose, reason=reason)
    await service.stores.deliveries.fail(delivery.delivery_id, _failed(delivery, reason), at=clock.now())


def _failed(delivery: EmailDelivery, reason: str) -> list[Outgoing]:
    """Its council hears of it, and tasks of one that was about a delegation; of a digest, for each in it."""
    if not delivery.tells:
        return _failed_about(delivery, reason, delivery.delegation_id, delivery.created_at, delivery.delivery_id)
    return [
        event
        for told in delivery.tells
        for event in _failed_about(delivery, reason, told.delegation_id, told.owed_at, told.delivery_id)
    ]


def _failed_about(
    delivery: EmailDelivery, reason: str, delegation_id: str | None, owed_at: datetime, cause: str
) -> list[Outgoing]:
    told: list[Message] = [
        DeliveryFailed(
            authority=delivery.authority,
            delegation_id=delegation_id,
            email_masked=masked(delivery.person.email),
            purpose=delivery.purpose,
            reason=reason,
        )
    ]
    if delegation_id:
        told.append(
            EmailFailed(
                authority=delivery.authority, delegation_id=delegation_id, person=delivery.person, owed_at=owed_at
            )
        )
    return [outgoing(message, cause) for message in told]


async def _mark_sent(service: NotifyService, delivery: EmailDelivery) -> None:
    """Until it is written: a mark that is given up is an email that is sent twice."""
    while True:
        try:
            await service.stores.deliveries.mark_sent(delivery.delivery_id)
        except DatabaseError as error:
            log.warning("email sent and not yet marked", delivery_id=delivery.delivery_id, error=type(error).__name__)
            await asyncio.sleep(_MARK_AGAIN_SECONDS)
        else:
            return
