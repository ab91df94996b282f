"""One email a day for whoever wants it: what waits for it, and how it is made, once."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from itertools import count

from chassis import clock
from chassis.clock import day_of
from chassis.errors import AlreadyHandled
from chassis.schedule import Entry
from contracts.addresses import address_key
from contracts.auth import AccountClosed, AccountReaddressed, DigestChanged
from services.notify.model import (
    MOST_LINES,
    EmailDelivery,
    can_wait,
    digest_id,
    is_over,
    next_digest,
)
from services.notify.usecases.owing import owe_digest
from services.notify.usecases.sending import enqueue
from services.notify.usecases.service import NotifyService

DIGEST = "digest"


async def tell(service: NotifyService, deliveries: Sequence[EmailDelivery], due_on: date | None) -> None:
    """Owes these emails, each by itself or for its reader's digest; AlreadyHandled where all of them were before."""
    at = clock.now()
    may_wait = {
        one.delivery_id: until
        for one in deliveries
        if can_wait(one.purpose, due_on, until := next_digest(at, service.authorities.get(one.authority)))
    }
    addresses = {one.person.email for one in deliveries if one.delivery_id in may_wait}
    accounts = await service.stores.choices.accounts_at(addresses) if addresses else {}
    put_off = [_until(one, accounts.get(address_key(one.person.email)), may_wait) for one in deliveries]
    waiting = [(one.authority, one.delivery_id, one.waits_until) for one in put_off if one.waits_until]
    await service.schedule.plan(*(_entry(*one) for one in waiting))
    await enqueue(service, put_off)
    # What was kept a moment too late for its entry has another, and is told too.
    await service.schedule.plan(*(_entry(*one, "late") for one in waiting if one[-1] <= clock.now()))


def _entry(authority: str, delivery_id: str, until: datetime, *more: str) -> Entry:
    return Entry(DIGEST, authority, (delivery_id, *more), until, {"delivery_id": delivery_id})


def _until(one: EmailDelivery, account_id: str | None, may_wait: dict[str, datetime]) -> EmailDelivery:
    if account_id is None:
        return one
    return one.model_copy(update={"account_id": account_id, "waits_until": may_wait.get(one.delivery_id)})


async def make_digest(service: NotifyService, entry: Entry) -> None:
    """The digest that a delivery waits for, with all else that does; nothing where it was made before."""
    account_id = await service.stores.waiting.account_of(entry.authority, entry.about["delivery_id"])
    if account_id is None:
        return
    until, day = entry.due_at, day_of(entry.due_at)
    for number in count(1):
        waiting = await _still_true(service, entry.authority, account_id, until)
        if not waiting:
            return
        known_as = digest_id(entry.authority, account_id, day, number)
        digest = owe_digest(waiting, known_as, service.tickets.of(account_id))
        with suppress(AlreadyHandled):
            await enqueue(service, [digest])
        await service.stores.waiting.end(await service.stores.waiting.told_by(digest.delivery_id), "told", clock.now())


async def _still_true(service: NotifyService, authority: str, account_id: str, until: datetime) -> list[EmailDelivery]:
    """What a digest tells: not what is over by now."""
    waiting = await service.stores.waiting.of(authority, account_id, until, MOST_LINES)
    ended = await service.stores.waiting.ended(authority, {one.delegation_id for one in waiting})
    over = {one.delivery_id for one in waiting if is_over(one, ended)}
    await service.stores.waiting.end(over, "withdrawn", clock.now())
    return [one for one in waiting if one.delivery_id not in over]


async def note_choice(service: NotifyService, event: DigestChanged) -> None:
    """What waits goes out at once where an email for each thing is wanted again."""
    choice = await service.stores.choices.choose(
        event.account_id, event.person.email, event.changed_at, is_wanted=event.is_wanted
    )
    if not choice.is_wanted:
        await service.stores.waiting.release(event.account_id, service.authorities.codes, clock.now())


async def move_digest(service: NotifyService, event: AccountReaddressed) -> None:
    """The choice and what waits follow to an account's new address."""
    choice = await service.stores.choices.readdress(event.account_id, event.person.email, event.readdressed_at)
    if choice.addressed_at == event.readdressed_at:
        await service.stores.waiting.readdress(event.account_id, service.authorities.codes, event.person)


async def end_digest(service: NotifyService, event: AccountClosed) -> None:
    """The choice ends with its account; nobody is told what waits."""
    await service.stores.choices.close(event.account_id)
    await service.stores.waiting.drop(event.account_id, service.authorities.codes, clock.now())
