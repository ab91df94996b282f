"""Which email each thing that happens to an account makes us owe to whoever owns it: codes, and what was changed."""

import math
from collections.abc import Mapping

from chassis import clock
from chassis.clock import LONDON
from contracts.auth import (
    AccountClosed,
    AccountReaddressed,
    AddressCodeRequested,
    CalendarChange,
    CalendarChanged,
    CodeRequested,
    DeviceAdded,
    FactorChanged,
    PasswordReset,
    RegistrationRefused,
    ResetRefused,
    TemporaryPasswordSet,
)
from services.notify.model import Purpose, SealedCode, masked, shown_time
from services.notify.usecases.owing import owe
from services.notify.usecases.sending import enqueue
from services.notify.usecases.service import NotifyService

OwnerEvent = (
    AccountClosed | CalendarChanged | DeviceAdded | FactorChanged | PasswordReset | RegistrationRefused | ResetRefused
)
_OF_CALENDAR: Mapping[CalendarChange, Purpose] = {
    "made": "calendar_made",
    "renewed": "calendar_renewed",
    "ended": "calendar_ended",
}


async def send_code(service: NotifyService, event: CodeRequested) -> None:
    """The code, to whoever reads that mailbox; not when it is of no use any more."""
    await _send_code(service, event, event.purpose)


async def send_address_code(service: NotifyService, event: AddressCodeRequested) -> None:
    """The same for one of the two mailboxes of an account that is to have another address."""
    await _send_code(service, event, "new_address" if event.is_new else "present_address")


async def _send_code(service: NotifyService, event: CodeRequested | AddressCodeRequested, purpose: Purpose) -> None:
    seconds_left = (event.expires_at - clock.now()).total_seconds()
    if seconds_left <= 0:
        return
    values = {
        "minutes": str(math.ceil(seconds_left / 60)),
        "expires_at": f"{event.expires_at.astimezone(LONDON):%H:%M}",
    }
    delivery = owe(
        event.person,
        fact="code requested",
        key=event.code_id,
        purpose=purpose,
        authority=event.authority,
        values=values,
        expires_at=event.expires_at,
        code=SealedCode(code_id=event.code_id, sealed=event.code),
    )
    await enqueue(service, [delivery])


async def send_temporary_password(service: NotifyService, event: TemporaryPasswordSet) -> None:
    """How whoever reads that mailbox takes over the account that a council has opened; not when it is too late."""
    if clock.now() >= event.expires_at:
        return
    delivery = owe(
        event.person,
        fact="temporary password set",
        key=event.code_id,
        purpose="account_opened",
        authority=event.authority,
        values={"user_name": event.user_name, "until": shown_time(event.expires_at), "path": "sign-in"},
        expires_at=event.expires_at,
        code=SealedCode(code_id=event.code_id, sealed=event.code),
    )
    await enqueue(service, [delivery])


async def tell_account_owner(service: NotifyService, event: RegistrationRefused) -> None:
    """Somebody wanted an account for an address that has one: only its mailbox is told so."""
    key = f"{event.authority} {event.refused_at.isoformat()}"
    purpose: Purpose = "account_wanted" if event.by_council else "already_registered"
    await _tell(service, event, purpose, fact="registration refused", key=key)


async def refuse_reset(service: NotifyService, event: ResetRefused) -> None:
    """Whoever owns the account hears why no code comes; the page says nothing of it."""
    key = f"{event.authority} {event.refused_at.isoformat()}"
    await _tell(service, event, "reset_refused", fact="reset refused", key=key)


async def confirm_password_change(service: NotifyService, event: PasswordReset) -> None:
    """Whoever owns the account hears of its new password."""
    key, changed_at = f"{event.account_id} {event.reset_at.isoformat()}", shown_time(event.reset_at)
    await _tell(service, event, "password_changed", fact="password reset", key=key, changed_at=changed_at)


async def tell_of_device(service: NotifyService, event: DeviceAdded) -> None:
    """Whoever owns the account hears of a browser that it has not been used from."""
    values = {
        "browser": event.browser or "a browser that we do not know",
        "signed_in_at": shown_time(event.signed_in_at),
    }
    key = f"{event.account_id} {event.signed_in_at.isoformat()}"
    await _tell(service, event, "new_device", fact="device added", key=key, **values)


async def tell_of_factor(service: NotifyService, event: FactorChanged) -> None:
    """Whoever owns the account hears that signing in is different from now on, or was."""
    values = {"changed_at": shown_time(event.changed_at), "codes_left": str(event.codes_left)}
    key = f"{event.account_id} {event.changed_at.isoformat()}"
    await _tell(service, event, event.what, fact=f"factor changed: {event.what}", key=key, **values)


async def tell_of_calendar(service: NotifyService, event: CalendarChanged) -> None:
    """Whoever owns the account hears who can read its due dates from now on; the address itself is in no email."""
    key, changed_at = f"{event.account_id} {event.changed_at.isoformat()}", shown_time(event.changed_at)
    fact, purpose = f"calendar changed: {event.what}", _OF_CALENDAR[event.what]
    await _tell(service, event, purpose, fact=fact, key=key, changed_at=changed_at)


async def confirm_closing(service: NotifyService, event: AccountClosed) -> None:
    """Whoever owned the account hears that it is closed."""
    closed_at = shown_time(event.closed_at)
    await _tell(service, event, "account_closed", fact="account closed", key=event.account_id, closed_at=closed_at)


async def confirm_address_change(service: NotifyService, event: AccountReaddressed) -> None:
    """Whoever reads either mailbox hears of the change: one of them may not have wanted it."""
    deliveries = [
        owe(
            person,
            fact="account readdressed",
            key=f"{event.account_id} {event.readdressed_at.isoformat()}",
            purpose="address_changed",
            authority=event.authority,
            values={"changed_at": shown_time(event.readdressed_at), "email": shown},
        )
        # Others may read the mailbox that somebody has left.
        for person, shown in ((event.person, event.person.email), (event.former, masked(event.person.email)))
    ]
    await enqueue(service, deliveries)


async def _tell(
    service: NotifyService, event: OwnerEvent, purpose: Purpose, *, fact: str, key: str, **values: str
) -> None:
    delivery = owe(event.person, fact=fact, key=key, purpose=purpose, authority=event.authority, values=values)
    await enqueue(service, [delivery])
