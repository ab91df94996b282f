"""Sending what is owed. Twice is once, but for a crash between the mail server's yes and the mark."""

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta

from chassis import clock, tracing
from chassis.database import DatabaseError
from chassis.errors import AlreadyHandled
from chassis.outbox import outgoing
from chassis.telemetry import log
from contracts.portal import DeliveryFailed
from services.notify.clients import SEND_SECONDS, Away, Bounced, Deferred
from services.notify.model import AddressInvalid, EmailDelivery, as_mail, delay_after, masked, shown_code
from services.notify.usecases.desk import ROOM, Desk

HELD_SECONDS = 20
"""For so long a delivery is this process's alone. One that cannot be over by then is not begun."""

_START_WITHIN = HELD_SECONDS - SEND_SECONDS - 1
_MARK_AGAIN_SECONDS = 0.5


async def owe(desk: Desk, deliveries: Sequence[EmailDelivery]) -> None:
    """Writes down that these emails are owed; AlreadyHandled where all of them were before."""
    outcomes = await asyncio.gather(*(_owe(desk, delivery) for delivery in deliveries))
    if deliveries and not any(outcomes):
        raise AlreadyHandled(deliveries[0].delivery_id)


async def _owe(desk: Desk, delivery: EmailDelivery) -> bool:
    delivery = delivery.model_copy(update={"trace": tracing.headers()})
    is_ours = desk.tray.room > 0 and not desk.server.is_away
    until = time.monotonic() + _START_WITHIN
    held = timedelta(seconds=HELD_SECONDS if is_ours else 0)
    try:
        await desk.store.add(delivery, next_at=delivery.created_at + held)
    except AlreadyHandled:
        return False
    if is_ours and not desk.tray.put(delivery, until):
        await desk.store.release([delivery.delivery_id], at=clock.now())
    return True


async def claim(desk: Desk) -> bool:
    """Takes on what is due and in nobody's hands; whether there may be more of it.

    Waits for half a tray of room: a claim costs three round trips, however few it brings.
    """
    room = desk.tray.room
    if room < ROOM // 2:
        return True
    at, until = clock.now(), time.monotonic() + _START_WITHIN
    due = await desk.store.claim_due(room, at=at, until=at + timedelta(seconds=HELD_SECONDS))
    for delivery in due:
        desk.tray.put(delivery, until)
    return len(due) == room


async def let_go(desk: Desk, *begun: EmailDelivery) -> None:
    """Gives everything that is not sent back to whoever comes next."""
    given_back = [*begun, *desk.tray.empty()]
    for delivery in given_back:
        desk.tray.done(delivery)
    await desk.store.release([delivery.delivery_id for delivery in given_back], at=clock.now())


async def send(desk: Desk, delivery: EmailDelivery) -> None:
    """One email to the mail server, and what came of it into the database."""
    at = clock.now()
    if delivery.has_expired(at):
        await desk.store.expire(delivery.delivery_id, at=at)
        return
    authority = desk.authorities.get(delivery.authority)
    letter = desk.letters.write(delivery.purpose, authority, _values(desk, delivery))
    try:
        await desk.server.send(as_mail(delivery, letter, authority))
    except AddressInvalid:
        await _fail(desk, delivery, "the address is not valid")
    except Bounced as bounced:
        await _fail(desk, delivery, f"refused by the mail server: {bounced}")
    except Deferred as deferred:
        await put_off(desk, delivery, str(deferred))
    except Away:
        await let_go(desk, delivery)
    else:
        await _mark_sent(desk, delivery)


def _values(desk: Desk, delivery: EmailDelivery) -> dict[str, str]:
    """What the email shows; a code is opened for the email alone."""
    if delivery.code is None:
        return delivery.values
    return {**delivery.values, "code": shown_code(desk.seal.open(delivery.code.sealed, delivery.code.code_id))}


async def put_off(desk: Desk, delivery: EmailDelivery, why: str) -> None:
    """Tries again later; after three days it counts as failed."""
    at = clock.now()
    if delivery.is_given_up(at):
        await _fail(desk, delivery, f"put off by the mail server for three days: {why}")
        return
    log.info("email put off", delivery_id=delivery.delivery_id, attempts=delivery.attempts + 1, why=why)
    await desk.store.postpone(delivery, until=at + delay_after(delivery))


async def _fail(desk: Desk, delivery: EmailDelivery, reason: str) -> None:
    event = DeliveryFailed(
        authority=delivery.authority,
        delegation_id=delivery.delegation_id,
        email_masked=masked(delivery.person.email),
        purpose=delivery.purpose,
        reason=reason,
    )
    log.warning("email failed", delivery_id=delivery.delivery_id, purpose=delivery.purpose, reason=reason)
    await desk.store.fail(delivery.delivery_id, outgoing(event, delivery.delivery_id), at=clock.now())


async def _mark_sent(desk: Desk, delivery: EmailDelivery) -> None:
    """Until it is written: a mark that is given up is an email that is sent twice."""
    while True:
        try:
            await desk.store.mark_sent(delivery.delivery_id)
        except DatabaseError as error:
            log.warning("email sent and not yet marked", delivery_id=delivery.delivery_id, error=type(error).__name__)
            await asyncio.sleep(_MARK_AGAIN_SECONDS)
        else:
            return
